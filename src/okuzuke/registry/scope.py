"""What a permission covers: where it is too narrow for a question, where two leave no room for each other. Pure."""

from __future__ import annotations

from okuzuke.registry.decision import Asked
from okuzuke.registry.grants import Grant, Permission, Stage
from okuzuke.registry.reasons import Code, Reason, reason
from okuzuke.registry.uses import Use

ANY = "*"


def narrowed(asked: Asked, grant: Grant, permission: Permission) -> list[Reason]:
    """Return what the permission is too narrow for."""
    problems = []
    if asked.licensee != grant.grantee:
        problems.append(reason(Code.LICENSEE, detail=grant.grantee))
    for code, value, allowed in (
        (Code.PURPOSE, asked.purpose, permission.purposes),
        (Code.TERRITORY, asked.territory, permission.territories),
        (Code.MEDIUM, asked.medium, permission.mediums),
        (Code.MODEL, asked.model_family, permission.models),
    ):
        if ANY not in allowed and value not in allowed:
            problems.append(reason(code, detail=", ".join(allowed)))
    stage = Stage.STUDIO if asked.use is Use.FINETUNE else Stage.FOUNDATION
    if permission.stage not in (Stage.ANY, stage):
        problems.append(reason(Code.STAGE, detail=permission.stage))
    return problems + [reason(Code.CONDITION_UNREAD, detail=name) for name in permission.unread()]


def overlap(first: Permission, second: Permission) -> bool:
    """Say whether both permissions cover some one case."""
    pairs = (
        (first.territories, second.territories),
        (first.mediums, second.mediums),
        (first.purposes, second.purposes),
        (first.models, second.models),
    )
    meets = all(ANY in one or ANY in two or set(one) & set(two) for one, two in pairs)
    return meets and first.period.overlaps(second.period)
