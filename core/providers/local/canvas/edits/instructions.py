"""From the prompt of an edit to its steps, in order."""

from __future__ import annotations

import re

from core.contract.errors import InvalidRequest
from core.contract.image import ImageRequest
from core.providers.local.canvas.edits.operation import Step
from core.providers.local.canvas.edits.table import BY_NAME, OPERATIONS

FILLER = re.compile(
    r"(?:[\s,.;:!+]|(?:please|edit|now|also|and|then|next|after that|finally|first|the|an?|this"
    r"|that|these|those|it|its|"
    r"them|all|whole|image|images|picture|pictures|photo|photos|make|turn|convert|change|into|to"
    r"|apply|add|put|give|with|"
    r"as|of|do|some|effect|filter|me|my|so|be|in|can you|could you)(?!\w))+",
    re.IGNORECASE,
)
MOST_STEPS = 20


def read_instructions(request: ImageRequest) -> list[Step]:
    """The steps of an edit. Raises `InvalidRequest` for words that are no operation, with a list of those
    there are, and for one that lacks its mask or its second picture, or that a mask forbids."""
    steps = parse(request.prompt)
    if not steps:
        raise unknown(request.prompt.strip())
    if len(request.images) > 1 and not any(step.operation.needs == "images" for step in steps):
        steps.insert(0, Step(BY_NAME["collage"], {}))
    for step in steps:
        check(step, request)
    return steps


def parse(prompt: str) -> list[Step]:
    """The steps that a prompt lists. Raises `InvalidRequest` at the first words that are no operation."""
    steps: list[Step] = []
    at = 0
    while at < len(prompt):
        found = longest(prompt, at)
        if found is None:
            filler = FILLER.match(prompt, at)
            if filler is None:
                raise unknown(prompt[at:])
            at = filler.end()
            continue
        step, at = found
        steps.append(step)
        if len(steps) > MOST_STEPS:
            raise InvalidRequest(f"An edit has at most {MOST_STEPS} operations.", param="prompt")
    return steps


def longest(prompt: str, at: int) -> tuple[Step, int] | None:
    """The operation whose words are the longest from a place on, the first of equals; and where they end."""
    if at and prompt[at - 1].isalnum() and prompt[at].isalnum():
        return None
    matches = [
        (operation, match) for operation in OPERATIONS if (match := operation.pattern.match(prompt, at))
    ]
    if not matches:
        return None
    operation, match = max(matches, key=lambda found: found[1].end())
    groups = {name: value or "" for name, value in match.groupdict().items()}
    return Step(operation, operation.read(groups)), match.end()


def check(step: Step, request: ImageRequest) -> None:
    name = step.operation.name
    if step.operation.needs == "images" and len(request.images) < 2:
        raise InvalidRequest(f"{name} needs two pictures or more.", param="image")
    if step.operation.needs == "mask" and request.mask is None:
        raise InvalidRequest(
            "remove needs a mask that is transparent where something is to go: it does not see what is in a "
            "picture.",
            param="mask",
        )
    if request.mask is not None and step.moves:
        raise InvalidRequest(
            f"{step.told} moves pixels; with a mask those outside it stay where they are.", param="prompt"
        )


def unknown(words: str) -> InvalidRequest:
    examples = ", ".join(operation.example for operation in OPERATIONS)
    said = f"“{words.strip()[:60]}” is no operation" if words.strip() else "The prompt names no operation"
    return InvalidRequest(
        f"{said} of local/canvas, which edits by name and is no AI. There are: {examples}. "
        "Several are done in their order.",
        param="prompt",
        metadata={"operations": [operation.name for operation in OPERATIONS]},
    )
