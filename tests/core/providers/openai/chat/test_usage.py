from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.contract.route import Target
from core.contract.usage import Usage
from core.providers.openai.chat.usage import usage_of


def target(provider: str = "fake", **options: object) -> Target:
    return Target(1, provider, "Fake", "openai", "http://x.test/v1", "m", options=options)


def units(reported: object, **options: object) -> tuple[dict[str, Decimal], bool]:
    usage = usage_of(reported, target(**options))
    return {name.removesuffix(".token"): amount for name, amount in usage.units().items()}, usage.estimated


def told(prompt: object, completion: object, total: object = None, **details: object) -> dict[str, object]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total, **details}


def test_nothing_told_is_an_estimate():
    assert usage_of(None, target()) == usage_of("much", target()) == Usage(estimated=True)


def test_text_is_what_the_other_kinds_leave():
    asked = {"cached_tokens": 40, "audio_tokens": 30, "image_tokens": 20, "video_tokens": 5, "file_tokens": 1}
    made = {"reasoning_tokens": 6, "audio_tokens": 9, "image_tokens": 3}
    reported = told(100, 20, 120, prompt_tokens_details=asked, completion_tokens_details=made)
    assert units(reported) == (
        {"text_in": 44, "cached_in": 40, "audio_in": 30, "image_in": 20, "video_in": 5, "file_in": 1,
         "text_out": 8, "reasoning_out": 6, "audio_out": 9, "image_out": 3},
        False,
    )  # fmt: skip


def test_what_is_cached_beyond_the_text_was_sound():
    reported = told(100, 1, prompt_tokens_details={"cached_tokens": 50, "audio_tokens": 90})
    found = {"text_in": 10, "cached_in": 10, "cached_audio_in": 40, "audio_in": 90, "text_out": 1}
    assert units(reported) == (found, False)


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (told(-5, 7), {"text_out": 7}),
        (told(5, 10**18), {"text_in": 5}),
        (told(5, 7.0), {"text_in": 5}),
        (told("5", True), {}),
        (told(5, 7, 13), {"text_in": 5, "text_out": 7}),
        (told(5, 7, 10**9), {"text_in": 5, "text_out": 7}),
        (told(5, 7, 12, prompt_tokens_details={"cached_tokens": 9}),
         {"text_in": 5, "cached_in": 5, "text_out": 7}),
        (told(5, 7, 12, prompt_tokens_details={"audio_tokens": -1}), {"text_in": 5, "text_out": 7}),
        (told(5, 7, 12, completion_tokens_details={"audio_tokens": 99}),
         {"text_in": 5, "text_out": 0, "audio_out": 7}),
    ],
)  # fmt: skip
def test_nonsense_is_dropped_or_cut_and_makes_an_estimate(reported, expected):
    assert units(reported) == (expected, True)


def test_details_of_another_shape_are_ignored():
    reported = told(5, 7, 12, prompt_tokens_details=[], completion_tokens_details="x")
    assert units(reported) == ({"text_in": 5, "text_out": 7}, False)


def test_thoughts_that_only_the_total_has_are_counted():
    reported = told(5, 7, 15, completion_tokens_details={"reasoning_tokens": 3})
    assert units(reported) == ({"text_in": 5, "text_out": 10, "reasoning_out": 3}, False)
    assert units(told(5, 7, 15), thoughts_in_total=True) == ({"text_in": 5, "text_out": 10}, False)


def test_gemini_is_known_by_its_address():
    """https://ai.google.dev/gemini-api/docs/openai: its thoughts are in the total only."""
    url = "https://generativelanguage.googleapis.com/v1beta/openai"
    usage = usage_of(told(5, 7, 15), replace(target(), base_url=url))
    assert (usage.units()["text_out.token"], usage.estimated) == (10, False)


def test_sound_may_be_counted_in_seconds():
    found = {"text_in": 5, "text_out": 7, "audio_in.second": Decimal("11.5")}
    assert units({**told(5, 7, 400), "prompt_audio_seconds": 11.5}) == (found, False)


@pytest.mark.parametrize(
    ("provider", "reported", "cost"),
    [
        ("fake", {"cost": 0.5}, None),
        ("openrouter", {"cost": 0.000125}, Decimal("0.000125")),
        ("openrouter", {"cost": 0.01, "cost_details": {"upstream_inference_cost": 0.2}}, Decimal("0.01")),
        ("openrouter", {"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.2}},
         Decimal("0.21")),
        ("openrouter", {"cost": -1}, None),
        ("openrouter", {"cost": 1e18}, None),
        ("openrouter", {"cost": "1"}, None),
    ],
)  # fmt: skip
def test_only_a_router_s_own_figure_is_its_bill(provider, reported, cost):
    assert usage_of({**told(5, 7, 12), **reported}, target(provider)).reported_cost == cost


CACHED = {"text_in": 100, "cached_in": 60, "text_out": 9}


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        # DeepSeek, https://api-docs.deepseek.com/api/create-chat-completion
        ({**told(100, 9, 109), "prompt_cache_hit_tokens": 60, "prompt_cache_miss_tokens": 40}, CACHED),
        # DeepSeek today tells it twice
        ({**told(100, 9, 109, prompt_tokens_details={"cached_tokens": 60}), "prompt_cache_hit_tokens": 60},
         CACHED),
        # Moonshot and Together
        ({**told(100, 9, 109), "cached_tokens": 60}, CACHED),
        # Anthropic's own names: what was read from the cache or written to it is beside the input
        ({"input_tokens": 30, "output_tokens": 9, "cache_read_input_tokens": 60,
          "cache_creation_input_tokens": 10}, CACHED),
        # the same with a total, and with OpenAI's names around them
        ({**told(30, 9, 109), "cache_read_input_tokens": 60, "cache_creation_input_tokens": 10}, CACHED),
        # LiteLLM adds them to the prompt and tells them again
        ({**told(100, 9, 109, prompt_tokens_details={"cached_tokens": 60}), "cache_read_input_tokens": 60,
          "cache_creation_input_tokens": 10}, CACHED),
        # Qianfan's older servers have Anthropic's names for counts that contain each other
        ({"input_tokens": 100, "output_tokens": 9, "total_tokens": 109, "cache_read_input_tokens": 60},
         CACHED),
        # a total that forgets the cache
        ({"input_tokens": 40, "output_tokens": 9, "total_tokens": 49, "cache_read_input_tokens": 60}, CACHED),
        # OpenAI's Responses, and servers that spell their chats so
        ({"input_tokens": 100, "output_tokens": 9, "total_tokens": 109,
          "input_tokens_details": {"cached_tokens": 60}}, CACHED),
        # Model Studio tells the written ones in the details, inside the prompt
        (told(100, 9, 109, prompt_tokens_details={"cached_tokens": 60, "cache_creation_input_tokens": 10}),
         CACHED),
        # Mistral's chat with audio
        (told(9, 201, 585, prompt_tokens_details={"audio_tokens": 375}),
         {"text_in": 9, "audio_in": 375, "text_out": 201}),
        # reasoning beside the completion, as xAI counts, with a cache inside the prompt
        (told(100, 9, 129, prompt_tokens_details={"cached_tokens": 60},
              completion_tokens_details={"reasoning_tokens": 20}),
         {"text_in": 100, "cached_in": 60, "text_out": 29, "reasoning_out": 20}),
        ({"input_tokens": 40, "output_tokens": 9, "total_tokens": 129, "cache_read_input_tokens": 60,
          "output_tokens_details": {"reasoning_tokens": 20}},
         {"text_in": 100, "cached_in": 60, "text_out": 29, "reasoning_out": 20}),
        # Perplexity, https://docs.perplexity.ai/api-reference/chat-completions-post
        ({**told(33, 7163, 7196), "citation_tokens": 20016, "reasoning_tokens": 73997},
         {"text_in": 33, "text_out": 81160, "reasoning_out": 73997}),
        ({**told(33, 90, 123), "reasoning_tokens": 50}, {"text_in": 33, "text_out": 90, "reasoning_out": 50}),
    ],
)  # fmt: skip
def test_counts_are_the_same_in_every_spelling(reported, expected):
    assert units(reported) == (expected, False)
