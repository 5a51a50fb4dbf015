"""Batch Operations Management System."""
