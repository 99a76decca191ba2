"""Outputs held against their requests: the id recomputed, each picture once, every licence decided anew. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from okuzuke.audit.bundle import Bundle
from okuzuke.audit.evidence import Stated, failure
from okuzuke.audit.judged import Judged
from okuzuke.audit.sight import Sight
from okuzuke.core.ids import Entry, short
from okuzuke.datasets.manifest import Snapshot
from okuzuke.generation.credits import Capture
from okuzuke.generation.names import names_of, read_prompt
from okuzuke.generation.output import Output, output_id
from okuzuke.generation.request import Learnt, Licence, Request, wish
from okuzuke.registry.consent import decide
from okuzuke.registry.decision import Asked, Decision
from okuzuke.registry.known import Statements
from okuzuke.registry.works import Register
from okuzuke.training.model import Model
from okuzuke.training.run import Run
from okuzuke.training.vocabulary import Vocabulary


def check_outputs(bundle: Bundle, judged: Judged) -> str:
    """Return what the outputs of the bundle come to, nothing where there is none; the first that fails raises."""
    outputs = judged.all(Output)
    seen: set[tuple[Entry, int]] = set()
    for item, output in outputs:
        named = f"output {short(output.output)}"
        requested, request = judged.beneath(item, output.request, Request)
        _, model = judged.beneath(requested, request.model, Model)
        if output.index >= request.count or (output.request, output.index) in seen:
            raise failure(f"{named} is one more than its request asked for")
        seen.add((output.request, output.index))
        made = output_id(model.model, output.request, request.seed, output.index, output.pixel_digest)
        if made != output.output:
            raise failure(f"{named} does not follow from model, request, seed, index and pixels")
    check_wishes(bundle, judged)
    if not outputs:
        return ""
    subject = next((f"; the subject is {item.output}" for at, item in outputs if at.entry == bundle.subject), "")
    return f"{len(outputs)} ids recomputed from model, request, seed, index and pixels{subject}"


def check_wishes(bundle: Bundle, judged: Judged) -> None:
    """Raise where a request names fewer licences than its prompt asks for, as far as the prompt is open."""
    for item, request in judged.all(Request):
        if not request.licences:
            raise failure(f"request {short(item.entry)} rests on no licence")
        known = judged.before(item.index)
        learnt = _learnt(bundle, judged, item, request)
        if request.prompt is None or request.tags is None or learnt is None:
            continue
        named = [licence.subject for licence in request.licences]
        prompt = read_prompt(request.prompt, names_of(known), learnt.vocabulary.tags)
        asked = wish(known, learnt, prompt, ())
        if not set(asked.series) <= set(named):
            raise failure(f"request {short(item.entry)} names a series in its prompt that it has no licence for")
        every = {series for words in learnt.vocabulary.units.values() for series in words.series}
        alone = set(asked.series) or (set() if asked.further else every)
        nothing_beside = request.tags == asked.tags and alone == {subject for subject in named if subject in every}
        if not nothing_beside and request.tags != wish(known, learnt, prompt, named).tags:
            raise failure(f"request {short(item.entry)} has other licences or tags than its prompt asks for")
        for subject, use in asked.further:
            if not any((licence.subject, licence.use) == (subject, use) for licence in request.licences):
                raise failure(f"request {short(item.entry)} asks for {use} of {short(subject)} without a licence")


def _learnt(bundle: Bundle, judged: Judged, item: Stated, request: Request) -> Learnt | None:
    """Return the model as the request saw it, None where this reader does not see its vocabulary."""
    model_item, model = judged.beneath(item, request.model, Model)
    run_item, run = judged.beneath(model_item, model.run, Run)
    _, snapshot = judged.beneath(run_item, run.snapshot, Snapshot)
    data = bundle.files.get(model.vocabulary)
    return None if data is None else Learnt(request.model, model, Vocabulary.read(data), snapshot, ())


def check_licences(judged: Judged) -> tuple[int, int]:
    """Return how many licences of requests were decided anew, and how many could not be; one that fails raises.

    Each is decided as of the request and again as of its capture, so that what was stopped in between is found.
    """
    made = unmade = 0
    captured = {capture.request: item for item, capture in judged.all(Capture)}
    for item, request in judged.all(Request):
        instants = [item, *([captured[item.entry]] if item.entry in captured else [])]
        for licence in request.licences:
            for at in instants:
                if _check_licence(judged, item, request, licence, at):
                    made += 1
                else:
                    unmade += 1
    return made, unmade


def _check_licence(judged: Judged, item: Stated, request: Request, licence: Licence, at: Stated) -> bool:
    known = judged.before(at.index)
    sight = Sight(known, judged.clouded)
    if not sight.sees(licence.subject):
        return False
    answers = list(_decisions(judged, known, (item, request), licence, at.recorded_at))
    if not any(answer.allowed and (answer.grant, answer.sheet) == (licence.grant, licence.sheet) for answer in answers):
        raise failure(
            f"request {short(item.entry)}: {licence.use} of {short(licence.subject)} was not permitted under the grant "
            f"it names ({answers[0].state})"
        )
    return True


def _decisions(
    judged: Judged, known: Statements, asked: tuple[Stated, Request], licence: Licence, at: datetime
) -> Iterator[Decision]:
    """Yield the answers for the series, then for those of its works that somebody has said something about."""
    item, request = asked
    model_item, model = judged.beneath(item, request.model, Model)
    run_item, run = judged.beneath(model_item, model.run, Run)
    _, snapshot = judged.beneath(run_item, run.snapshot, Snapshot)
    question: Asked = replace(
        snapshot.asked,
        subject=licence.subject,
        use=licence.use,
        medium=request.medium,
        purpose=request.purpose,
        territory=request.territory,
    )
    yield decide(known, question, at, at)
    for work, registered in known.works.items():
        register = registered.register.body
        if isinstance(register, Register) and register.series == licence.subject and known.by_subject.get(work):
            yield decide(known, replace(question, subject=work), at, at)
