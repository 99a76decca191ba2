"""Whether an answer can be made anew from what a bundle opens, or needs something shut, sealed or erased. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from okuzuke.core.ids import Entry, WorkId
from okuzuke.registry.authority import Authority, Rule
from okuzuke.registry.interests import Ownership
from okuzuke.registry.known import Statements


@dataclass(frozen=True, slots=True)
class Sight:
    """The facts a reader has, and what of the log is clouded by erasures."""

    known: Statements
    clouded: frozenset[str]

    def sees(self, subject: str) -> bool:
        """Say whether all that bears on the subject, and on the works beneath it, is open."""
        return all(self._sees_alone(node) for node in self._with_beneath(subject))

    def _sees_alone(self, subject: str) -> bool:
        if WorkId(subject) not in self.known.works and Entry(subject) not in self.known.facts:
            return False
        scopes = self.known.scopes(subject)
        return not self._needs_sealed_parts(scopes) and (
            not self.clouded or self.clouded.isdisjoint(self._bearing(scopes))
        )

    def _needs_sealed_parts(self, scopes: Sequence[str]) -> bool:
        """Say whether the owners may decide by parts (持分) that this reader may not see."""
        sealed = any(body.parts is None for scope in scopes for _, body in self.known.about(scope, Ownership))
        return sealed and any(
            window.rule is Rule.PARTS
            for scope in scopes
            for _, body in self.known.about(scope, Authority)
            for window in body.windows
        )

    def _bearing(self, scopes: Sequence[str]) -> Iterator[str]:
        """Yield the subject, what it inherits from, how it was entered, and every statement about any of these."""
        pending = list(scopes)
        pending += [
            self.known.works[WorkId(scope)].register.entry for scope in scopes if WorkId(scope) in self.known.works
        ]
        seen = set(pending)
        for node in pending:
            yield node
            following = {str(fact.entry) for fact in self.known.by_subject.get(node, ())} - seen
            seen |= following
            pending += sorted(following)

    def _with_beneath(self, subject: str) -> Iterator[str]:
        pending = [subject]
        seen = {subject}
        for node in pending:
            yield node
            registered = self.known.works.get(WorkId(node))
            for beneath in (*registered.work.based_on, *registered.work.contains) if registered is not None else ():
                if beneath not in seen:
                    seen.add(beneath)
                    pending.append(beneath)
