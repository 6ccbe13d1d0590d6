// Finds the word that someone probably meant. Pure.
import { distance } from "fastest-levenshtein";

/** More slips than these make another word. */
const MAX_SLIPS = 3;

/** How much of a word must be right for anyone to see what was meant. */
const MIN_SIMILARITY = 0.4;

/** @returns the nearest of the words, the first of several; undefined where none is near. Case does not count. */
export function nearest(written: string, words: readonly string[]): string | undefined {
  let [best, fewest] = [undefined as string | undefined, MAX_SLIPS + 1];
  for (const word of words) {
    const slips = slipsBetween(written.toLowerCase(), word.toLowerCase());
    const similarity = 1 - slips / Math.max(written.length, word.length);
    if (slips < fewest && similarity > MIN_SIMILARITY) [best, fewest] = [word, slips];
  }
  return best;
}

/** `; did you mean "when"?`, or nothing where no word is near. */
export function didYouMean(written: string, words: readonly string[]): string {
  const word = nearest(written, words);
  return word === undefined ? "" : `; did you mean "${word}"?`;
}

/** Letters added, left out or replaced; two that are exchanged are one slip, as they are for the hand that types. */
function slipsBetween(written: string, word: string): number {
  const slips = distance(written, word);
  return slips === 2 && sortedLetters(written) === sortedLetters(word) ? 1 : slips;
}

function sortedLetters(word: string): string {
  return [...word].sort().join("");
}
