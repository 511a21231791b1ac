// The language a sentence is probably in: by its script, for Latin letters by its commonest words.

const SCRIPTS = [
  ["ja", /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ["zh", /\p{Script=Han}/gu],
  ["ko", /\p{Script=Hangul}/gu],
  ["ru", /\p{Script=Cyrillic}/gu],
  ["el", /\p{Script=Greek}/gu],
  ["ar", /\p{Script=Arabic}/gu],
  ["he", /\p{Script=Hebrew}/gu],
  ["hi", /\p{Script=Devanagari}/gu],
  ["", /\p{Script=Latin}/gu],
];
const UKRAINIAN = /[іїєґ]/iu;

const WORDS = Object.entries({
  en: "the and of to is in that it you for with this are was be have not what there they from can",
  de: "der die das und ist nicht ein eine ich zu mit den von auf für es sie wir auch dem wie nur sind",
  fr: "le la les et est des une je vous pas pour dans ce qui sur il elle nous avec au plus sont",
  es: "el los y es que en una por con para las del se su como más pero está este",
  it: "il di che è un per non sono con del gli della una anche come più questo",
  pt: "os é um uma para não com do da em mais como mas foi ao você está",
  nl: "het een en van ik niet dat op voor zijn met ook maar wij deze worden",
  pl: "w nie na się jest z że do to jak ale tak są czy przez",
  sv: "och att det är en som på inte jag av för den till har",
}).map(([language, words]) => [language, new Set(words.split(" "))]);

/** The code of the language; "" where it cannot be told. */
export function likelyLanguage(text) {
  const counts = SCRIPTS.map(([language, letters]) => [language, (text.match(letters) ?? []).length]);
  if (counts[0][1]) {
    return "ja";
  }
  const [language, most] = counts.reduce((best, one) => (one[1] > best[1] ? one : best));
  if (language === "ru") {
    return UKRAINIAN.test(text) ? "uk" : "ru";
  }
  return most ? language || byWords(text) : "";
}

/** The language with most words in the text; "" for a draw. */
function byWords(text) {
  const words = text.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? [];
  const scores = WORDS.map(([language, known]) => [language, words.filter((word) => known.has(word)).length]);
  scores.sort((left, right) => right[1] - left[1]);
  return scores[0][1] > scores[1][1] ? scores[0][0] : "";
}
