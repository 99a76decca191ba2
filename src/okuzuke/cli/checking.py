"""What a stranger checks: a bundle, a picture by the bundle beside it, or the picture's credentials alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from okuzuke.cli import clock, files, subjects
from okuzuke.cli.call import Call
from okuzuke.cli.shown import show, table
from okuzuke.core.canonical import digest
from okuzuke.core.errors import CheckFailedError, InputError, OkuzukeError
from okuzuke.core.ids import short
from okuzuke.core.plain import plain

if TYPE_CHECKING:
    from okuzuke.audit.pictures import Alone
    from okuzuke.audit.trust import Trust
    from okuzuke.audit.verifier import Examined, Joint, Report
    from okuzuke.generation.output import Output

_ONLY_EN = (
    "only the credentials were checked, for no bundle {bundle} is beside the picture. They do not show that the record "
    "holds it, what the model learned from, who permitted it or who was paid"
)
_ONLY_JA = (
    "来歴情報のみを確認しました。証拠ファイル {bundle} がないため、台帳の記載・学習・許諾・支払は確認していません"
)


def verify(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A bundle FILE.okz, or a picture, best with PICTURE.okz beside it.")],
    trust: Annotated[
        Path | None, typer.Option(help="What you believe: the log's key, a policy, certificate roots.")
    ] = None,
) -> None:
    """Check a bundle or a picture offline; the last line is the conclusion, and a failure exits with 1.

    PICTURE.okz beside a picture (a.png, a.png.okz) leads to the grants and payments; without it only the content
    credentials are checked. Exits with 0 where all of it holds, 1 where a joint fails, 2 where a file cannot be read.
    """
    from okuzuke.audit import trust as trusts  # noqa: PLC0415 # the verifier is not needed to show help
    from okuzuke.audit import verifier  # noqa: PLC0415

    call = Call.of(context)
    pinned = trusts.read(trust) if trust is not None else None
    beside = file.with_name(f"{file.name}.okz")
    if not subjects.is_picture(file):
        report = verifier.verify(files.read(file), pinned)
    elif beside.exists():
        examined = verifier.examine(files.read(beside), pinned)
        report = _about_picture(examined, file, pinned) if examined.report.holds else examined.report
    else:
        report = _alone(file, beside, pinned)
    rows = [["ok" if joint.holds else "FAILED", str(joint.joint), joint.detail] for joint in report.joints]
    show(report, [*table(rows), *report.answers, report.conclusion], as_json=call.json)
    if report.conclusion.startswith("FAILED"):
        raise typer.Exit(CheckFailedError.exit_code)


def _about_picture(examined: Examined, picture: Path, trust: Trust | None) -> Report:
    """Return the report, failed where the picture is not the file that the bundle is of.

    Other pixels fail at the picture; the same pixels in another file fail at the credentials, which that file carries.
    """
    from okuzuke.audit.verifier import Joint  # noqa: PLC0415 # help needs no verifier

    report, data = examined.report, files.read(picture)
    bundle = examined.bundle
    assert bundle is not None, "its report holds"
    asset = digest(data).hex()
    made = _delivered(examined)
    of = next((output for output in made if output.file == asset), None)
    if of is not None:
        told = f"{picture} is the recorded file of output {short(of.output)}"
        return replace(report, answers=(*report.answers, plain(told)))
    if not made and any(row.document.get("asset") == asset for row in bundle.rows.values()):
        return replace(report, answers=(*report.answers, plain(f"{picture} is the file of a work in this bundle")))
    if not made:
        return _failed(report, Joint.PICTURE, f"the bundle opens no work and no output with the bytes of {picture}")
    from okuzuke.audit import pictures  # noqa: PLC0415 # pictures are opened only where there are some

    try:
        pixels = pictures.pixels_of(data)
    except OkuzukeError as error:
        return _failed(report, Joint.PICTURE, error.message)
    same = next((output for output in made if output.pixel_digest == pixels), None)
    if same is None:
        return _failed(
            report, Joint.PICTURE, f"the pixels of {picture} are not those of output {short(made[0].output)}"
        )
    roots = trust.certificate_roots if trust is not None else bundle.certificates
    problem = "its content credentials hold and are not those that were recorded"
    try:
        pictures.alone(data, _media_type(picture), roots, clock.now())
    except OkuzukeError as error:
        problem = error.message
    detail = f"the pixels are those of output {short(same.output)}, the file around them is another: {problem}"
    return _failed(report, Joint.CREDENTIALS, detail)


def _delivered(examined: Examined) -> Sequence[Output]:
    """Return the outputs whose files are in the bundle."""
    from okuzuke.generation.output import Output  # noqa: PLC0415 # help needs no verifier

    assert examined.bundle is not None, "its report holds"
    assert examined.judged is not None, "its report holds"
    return [output for _, output in examined.judged.all(Output) if output.file in examined.bundle.files]


def _failed(report: Report, joint: Joint, detail: str) -> Report:
    """Return the report with this joint failed, in its place."""
    from okuzuke.audit.verifier import Checked, Joint  # noqa: PLC0415 # help needs no verifier

    told = plain(detail)
    order = list(Joint)
    others = [checked for checked in report.joints if checked.joint is not joint]
    joints = sorted([*others, Checked(joint, holds=False, detail=told)], key=lambda checked: order.index(checked.joint))
    return replace(report, joints=tuple(joints), conclusion=f"FAILED at {joint}: {told}")


def _alone(picture: Path, beside: Path, trust: Trust | None) -> Report:
    """Return a report on a picture's credentials: they are all that can be checked without a bundle."""
    from okuzuke.audit.verifier import Checked, Joint, Report  # noqa: PLC0415 # help needs no verifier

    data = files.read(picture)
    try:
        said, signer = _said(data, _media_type(picture), trust)
    except InputError:
        raise
    except OkuzukeError as error:
        told = plain(error.message)
        checked = Checked(Joint.CREDENTIALS, holds=False, detail=told)
        return Report("", "", (checked,), (), f"FAILED at {Joint.CREDENTIALS}: {told}")
    detail = (
        f"output {short(said.output)} of model {short(said.model)}, log {said.origin}; unchanged since it was signed"
    )
    checked = Checked(Joint.CREDENTIALS, holds=True, detail=plain(detail))
    whose = "the pinned certificates" if trust is not None else f"{signer}, not pinned"
    english, japanese = (text.format(bundle=beside.name) for text in (_ONLY_EN, _ONLY_JA))
    conclusion = plain(f"credentials hold, signed under {whose}; {english} / {japanese}")
    return Report(said.output, "", (checked,), (), conclusion)


def _said(data: bytes, media_type: str, trust: Trust | None) -> tuple[Alone, str]:
    """Return what the credentials say and who signed them; with no trust they are judged under their own chain."""
    from okuzuke.audit import pictures  # noqa: PLC0415 # pictures are opened only where there are some
    from okuzuke.marking import credentials  # noqa: PLC0415
    from okuzuke.marking.certificates import from_pem  # noqa: PLC0415

    if trust is not None:
        return pictures.alone(data, media_type, trust.certificate_roots, clock.now()), ""
    found = credentials.read(data, media_type, ())
    said = pictures.alone(data, media_type, [chain[-1] for chain in found.chains], clock.now())
    return said, from_pem(found.chain[0]).subject.rfc4514_string()


def _media_type(picture: Path) -> str:
    return subjects.PICTURES[picture.suffix.lower()]
