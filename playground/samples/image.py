"""An image request as code: generated, edited or varied; Python, TypeScript, curl, OpenRouter's SDK."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from core.bodies.image.body import ImageBody
from core.bodies.validation import validate
from core.contract.image import ImageMode
from playground.samples.sample import PLACEHOLDER, Sample, SampleRequest
from playground.samples.values import json_text, python_arguments, python_literal

INPUTS = ("image", "images", "input_references")
MASK = "mask.png"
UNKNOWN = ("aspect_ratio", "resolution", "seed", "provider")
"""Parameters that OpenAI's own clients do not know by name."""
METHODS = {
    ImageMode.GENERATE: ("generate", "generations"),
    ImageMode.EDIT: ("edit", "edits"),
    ImageMode.VARY: ("create_variation", "variations"),
}
"""The method of OpenAI's Python client, and the endpoint."""
ROUTER_FIELDS = frozenset(
    {
        "model",
        "prompt",
        "n",
        "size",
        "aspect_ratio",
        "resolution",
        "quality",
        "background",
        "output_format",
        "output_compression",
        "seed",
    }
)
"""Parameters of OpenRouter's SDK."""


def samples(request: SampleRequest) -> list[Sample]:
    """Raises `InvalidRequest` as the API would."""
    body = validate(ImageBody, {**request.api_params, "model": request.model})
    body.check()
    fields = {"model": request.model, **plain_fields(request.api_params)}
    return image_samples(body.mode, fields, file_names(body), request.base_url)


def plain_fields(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters without files, and without what only a page needs."""
    left_out = (*INPUTS, "mask", "model", "stream", "partial_images", "response_format")
    return {name: value for name, value in params.items() if name not in left_out and value not in (None, "")}


def file_names(body: ImageBody) -> dict[str, list[str]]:
    """The names under which the samples send files, by the field of the form."""
    inputs = body.inputs()
    count = len(inputs.images)
    names = ["picture.png"] if count == 1 else [f"picture-{number}.png" for number in range(1, count + 1)]
    found = {"image": names} if names else {}
    return {**found, "mask": [MASK]} if inputs.mask else found


def image_samples(
    mode: ImageMode, fields: Mapping[str, Any], files: Mapping[str, list[str]], base: str
) -> list[Sample]:
    """`fields` are the API's body without files, `files` their names by field."""
    method, endpoint = METHODS[mode]
    found = [
        Sample("python", "Python", "python", "pip install openai", python(method, fields, files, base)),
        Sample(
            "typescript",
            "TypeScript",
            "typescript",
            "npm install openai",
            typescript(method, fields, files, base),
        ),
        Sample("curl", "curl", "bash", "", curl(endpoint, fields, files, base)),
    ]
    if mode is ImageMode.GENERATE:
        code = openrouter(fields, base)
        found.append(Sample("openrouter", "OpenRouter SDK", "python", "pip install openrouter", code))
    return found


def extension(fields: Mapping[str, Any]) -> str:
    form = fields.get("output_format", "png")
    return "jpg" if form == "jpeg" else form


def split(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that OpenAI's clients know, and the others."""
    known = {name: value for name, value in fields.items() if name not in UNKNOWN}
    return known, {name: value for name, value in fields.items() if name in UNKNOWN}


def python(method: str, fields: Mapping[str, Any], files: Mapping[str, list[str]], base: str) -> str:
    known, extra = split(fields)
    arguments = python_arguments({**known, "extra_body": extra} if extra else known)
    opened = "".join(f"    {field}={python_files(names)},\n" for field, names in files.items())
    return f"""import base64
from pathlib import Path

from openai import OpenAI

client = OpenAI(base_url={python_literal(base)}, api_key="{PLACEHOLDER}")

result = client.images.{method}(
{opened}{arguments}
)
for number, image in enumerate(result.data, 1):
    Path(f"image-{{number}}.{extension(fields)}").write_bytes(base64.b64decode(image.b64_json))
"""


def python_files(names: list[str]) -> str:
    opened = [f"Path({python_literal(name)})" for name in names]
    return opened[0] if len(opened) == 1 else f"[{', '.join(opened)}]"


def typescript(method: str, fields: Mapping[str, Any], files: Mapping[str, list[str]], base: str) -> str:
    known, extra = split(fields)
    lines = [f"  {field}: {typescript_files(names)}," for field, names in files.items()]
    lines += [f"  {name}: {json_text(value)}," for name, value in known.items()]
    lines += [
        f"  // @ts-expect-error: OpenAI has no such field\n  {name}: {json_text(value)},"
        for name, value in extra.items()
    ]
    name = "createVariation" if method == "create_variation" else method
    imports = "createReadStream, " if files else ""
    return f"""import {{ {imports}writeFileSync }} from "node:fs";
import OpenAI from "openai";

const client = new OpenAI({{ baseURL: {json_text(base)}, apiKey: "{PLACEHOLDER}" }});

const result = await client.images.{name}({{
{chr(10).join(lines)}
}});
result.data.forEach((image, index) => {{
  writeFileSync(`image-${{index + 1}}.{extension(fields)}`, Buffer.from(image.b64_json, "base64"));
}});
"""


def typescript_files(names: list[str]) -> str:
    opened = [f"createReadStream({json_text(name)})" for name in names]
    return opened[0] if len(opened) == 1 else f"[{', '.join(opened)}]"


def curl(endpoint: str, fields: Mapping[str, Any], files: Mapping[str, list[str]], base: str) -> str:
    """The first picture goes to a file; the answer is one line of JSON."""
    pick = """sed -n 's/.*"b64_json": *"\\([^"]*\\)".*/\\1/p'"""
    save = f"  | {pick} | base64 --decode > image-1.{extension(fields)}\n"
    head = f"""curl {base}/images/{endpoint} \\
  -H "Authorization: Bearer {PLACEHOLDER}" \\
  --fail-with-body --silent --show-error \\
"""
    if files:
        return head + curl_form(fields, files) + save
    data = json.dumps(fields, ensure_ascii=False, indent=2)
    return f'{head}  -H "Content-Type: application/json" \\\n  -d {shlex.quote(data)} \\\n{save}'


def curl_form(fields: Mapping[str, Any], files: Mapping[str, list[str]]) -> str:
    lines = [
        f"  -F {shlex.quote(f'{field}[]' if len(names) > 1 else field)}=@{name} \\\n"
        for field, names in files.items()
        for name in names
    ]
    lines += [
        f"  --form-string {shlex.quote(f'{name}={form_value(value)}')} \\\n" for name, value in fields.items()
    ]
    return "".join(lines)


def form_value(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def openrouter(fields: Mapping[str, Any], base: str) -> str:
    known = {name: value for name, value in fields.items() if name in ROUTER_FIELDS}
    return f"""import base64
from pathlib import Path

from openrouter import OpenRouter

with OpenRouter(server_url={python_literal(base)}, api_key="{PLACEHOLDER}") as client:
    result = client.images.generate(
{python_arguments(known, indent=8)}
    )
    for number, image in enumerate(result.data, 1):
        Path(f"image-{{number}}.{extension(fields)}").write_bytes(base64.b64decode(image.b64_json))
"""
