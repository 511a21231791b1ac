import assert from "node:assert/strict";
import test from "node:test";

import { likelyLanguage } from "../../../../static/playground/js/chat/read-aloud/language.js";

const SENTENCES = {
  en: "There is a train to the coast, and it leaves at noon.",
  de: "Der Zug fährt heute nicht, es gibt aber einen Bus.",
  fr: "Le train pour la mer est dans cette gare.",
  es: "El tren para la costa sale por la mañana, y es rápido.",
  it: "Il treno per il mare è in ritardo.",
  pt: "O trem para o mar não é rápido, mas você está aqui.",
  nl: "De trein naar zee is niet op tijd, maar het is mooi.",
  ru: "Поезд к морю отправляется в полдень.",
  uk: "Потяг до моря вирушає опівдні, і він швидкий.",
  zh: "去海边的火车中午出发。",
  ja: "海へ行く電車は正午に出ます。",
  ko: "바다로 가는 기차는 정오에 출발합니다.",
  el: "Το τρένο φεύγει το μεσημέρι.",
};

for (const [language, sentence] of Object.entries(SENTENCES)) {
  test(`a sentence in ${language} is told`, () => assert.equal(likelyLanguage(sentence), language));
}

test("nothing is told of names, numbers and empty texts", () => {
  for (const text of ["", "42 + 1", "WebSocket 3000", "Guten Morgen"]) {
    assert.equal(likelyLanguage(text), "");
  }
});

test("a foreign name does not change the language", () => {
  assert.equal(likelyLanguage("Модель GPT отвечает быстро и точно."), "ru");
  assert.equal(likelyLanguage("This is the Kyiv (Київ) of today."), "en");
});
