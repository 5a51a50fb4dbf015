"""The shared SQL store: the only package that knows SQLAlchemy."""
