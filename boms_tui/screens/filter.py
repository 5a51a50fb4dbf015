"""The filter line: `state:failed dept:risk text`. All terms must match; `-` before a term turns it round. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a filter. Without a `field` it is looked for in every field."""

    field: str
    text: str
    negated: bool = False

    def matches(self, fields: Mapping[str, str]) -> bool:
        values = fields.values() if self.field not in fields else (fields[self.field],)
        wanted = self.text if self.field in fields or not self.field else f"{self.field}:{self.text}"
        return any(wanted in value.casefold() for value in values) is not self.negated


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a filter line; a term without text says nothing and is left out."""
    return tuple(term for term in map(_term, text.split()) if term.text)


def _term(word: str) -> Term:
    negated = word.startswith("-") and len(word) > 1
    name, colon, value = word.removeprefix("-").casefold().partition(":")
    return Term(name, value, negated) if colon else Term("", name, negated)


def matches(terms: tuple[Term, ...], fields: Mapping[str, str]) -> bool:
    """Whether something with these named texts passes every term."""
    return all(term.matches(fields) for term in terms)
