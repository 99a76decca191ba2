"""The model card: what a model is made of, what it cannot do, whom to tell; from recorded facts alone. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from okuzuke.core.ids import Entry, PartyId
from okuzuke.datasets.manifest import Snapshot
from okuzuke.datasets.order import Phase
from okuzuke.registry.decision import Basis
from okuzuke.training.division import FITTED_AT_LEAST, Division
from okuzuke.training.model import Unit
from okuzuke.training.plan import spans
from okuzuke.training.recipe import Recipe
from okuzuke.training.run import Run

_FROM = {Phase.IRREVOCABLE: "families that nobody can take back before their term", Phase.EVERY: "every family"}
DEDICATIONS = "with public dedications; nobody opted in to those"


@dataclass(frozen=True, slots=True)
class Made:
    """All that the card speaks of."""

    name: str
    model: str
    run: Entry
    stated: Run
    snapshot: Snapshot
    recipe: Recipe
    division: Division
    units: tuple[Unit, ...]
    operator: PartyId
    operator_name: str


def model_name(asked: str | None, recipe: Recipe, bases: Sequence[Basis]) -> str:
    """Return a model's name, which says so where not everything in it was opted in."""
    name = asked or f"okuzuke {recipe.preset} (seed {recipe.seed})"
    return name if Basis.DEDICATION not in bases or DEDICATIONS in name else f"{name} {DEDICATIONS}"


def card(made: Made) -> str:
    """Return the card as Markdown, Japanese beside English where rights speak."""
    sections = (_identity(made), _works(made), _training(made), _limits(made), _objections(made))
    return "\n".join(line for section in sections for line in (*section, ""))


def _identity(made: Made) -> list[str]:
    stated = made.stated
    return [
        f"# {made.name}",
        "",
        f"- model hash: `{made.model}`",
        f"- run: `{made.run}`",
        f"- snapshot: `{stated.snapshot}`, frozen {made.snapshot.frozen_at}, for the use `{made.snapshot.asked.use}`",
        f"- recipe: `{stated.recipe}` (preset {made.recipe.preset}, seed {made.recipe.seed})",
        f"- code: `{stated.code}`",
        f"- order seed: `{stated.order_seed}`; its chance is the archive's own: the operator could have tried several",
    ]


def _works(made: Made) -> list[str]:
    lines = [
        "## What it is made of / 学習に使われた作品",
        "",
        "Copies count once, as one family. / 同じ作品の複製はまとめて1件と数えます。",
        "",
        "| series / シリーズ | basis / 根拠 | families / 件数 | unit |",
        "|---|---|---|---|",
    ]
    for unit in made.units:
        basis = "grant / 許諾" if unit.basis is Basis.GRANT else "dedication / 権利放棄の確認"
        lines.append(f"| {_cell(unit.name)} | {basis} | {unit.families} | `{unit.unit}` |")
    lines += [
        "",
        (
            f"{len(made.division.trained)} families ({len(made.division.places)} works) were trained on; "
            f"{len(made.division.held_out)} families were held out and never trained on."
        ),
    ]
    if any(unit.basis is Basis.DEDICATION for unit in made.units):
        lines += [
            "",
            (
                "The dedications are works that their makers put under CC0, as the operator found. "
                "Nobody opted in to this model with them, and nobody is paid for them."
            ),
            (
                "権利放棄の作品は、作者がCC0で公開したものと運営者が確認したものです。作者がこのモデルへの利用に同意した"
                "わけではなく、分配もありません。"
            ),
        ]
    if made.snapshot.title_claimed:
        lines += [
            "",
            "Titles that are only claimed were let in, as in a demonstration.",
            "実演のため、権利関係が申告のみの作品を含みます。",
        ]
    return lines


def _training(made: Made) -> list[str]:
    recipe, division = made.recipe, made.division
    fitted = sum(len(family.places) for family in division.fitted)
    if division.lasting:
        basis = f"on the {fitted} trained works that nobody can take back before their term"
    else:
        basis = (
            f"on all {fitted} trained works, because fewer than {FITTED_AT_LEAST} of them cannot be taken back: "
            "if any of them is removed, the codec is fitted and the run made anew from its first step"
        )
    phases = ", ".join(f"{span.steps} on {_FROM[span.phase]}" for span in spans(recipe, division))
    return [
        "## How it was trained",
        "",
        f"- pictures: RGB, {recipe.size} x {recipe.size} pixels",
        f"- codec: {recipe.channels} principal components of {recipe.patch} x {recipe.patch} patches, fitted {basis}",
        f"- network: width {recipe.width}, depth {recipe.depth}, {recipe.heads} heads; no other model's weights in it",
        f"- steps: {phases}; {recipe.batch} works a step",
        "- tags: hashed into numbered buckets; nothing is fitted for them",
        (
            f"- profile: torch {recipe.profile.torch}, threads: {recipe.profile.threads}, {recipe.profile.capability}; "
            "there a replay gives the same bits"
        ),
    ]


def _limits(made: Made) -> list[str]:
    return [
        "## Limits",
        "",
        f"- It draws pictures of {made.recipe.size} x {made.recipe.size} pixels, and has seen only the works above.",
        "- A tag that no trained work carries was never learnt.",
        "- Whether a picture owes something to a work is an estimate; this card claims nothing about single pictures.",
        "- The record shows what was committed to and by whom, not that a granter told the truth about owning a work.",
    ]


def _objections(made: Made) -> list[str]:
    return [
        "## Licence and objections / 利用条件と申し出",
        "",
        (
            f"The works were used for `{made.snapshot.asked.use}`. Releasing the weights is another use, "
            "`release_weights`, and this card grants nothing."
        ),
        "重みの公開は別の利用（release_weights）であり、このカードは何も許諾しません。",
        "",
        f"Objections go to the operator, {made.operator_name} (party `{made.operator}`).",
        "A holder stops further use with a signed `suspend` or `end`.",
        f"申し出先は運営者（{made.operator_name}）です。権利者は署名した停止（suspend）または終了（end）で今後の利用を止められます。",
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
