"""Decisions made anew from what a bundle opens: who may what, what a snapshot had to admit or refuse. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from okuzuke.audit.bundle import AUDITOR, Bundle
from okuzuke.audit.complete import check_complete, held_before
from okuzuke.audit.evidence import Stated
from okuzuke.audit.freeze import Freeze, failure, read_freeze
from okuzuke.audit.judged import Judged
from okuzuke.core.ids import WorkId, short
from okuzuke.core.intervals import format_instant
from okuzuke.datasets.manifest import Place, Snapshot, Tombstone, check_order, item_of, read_place
from okuzuke.datasets.snapshot import judge, standing_of
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, Decision
from okuzuke.registry.grants import Grant
from okuzuke.registry.uses import Use
