// Shows the short form of a large number beside its field: 10000000 → “10M”.
// A missing or extra zero is easy to overlook in digits and hard to overlook in words.
// Follows models_catalog/formatting.py, which writes the first one.

const MAGNITUDES = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]];

function short(number, countsTokens) {
  if (!Number.isFinite(number) || number < 1000) return "";
  if (countsTokens && number % 1000 !== 0) {
    if (number % (1024 * 1024) === 0) return `${number / (1024 * 1024)}M`;
    if (number % 1024 === 0) return `${number / 1024}K`;
  }
  const [size, letter] = MAGNITUDES.find(([size]) => number >= size);
  return `${(number / size).toLocaleString("en-US", { maximumFractionDigits: 2 })}${letter}`;
}

// On the document, because inline rows come and go.
document.addEventListener("input", (event) => {
  const output = event.target.closest(".big-number")?.querySelector("output");
  if (output) {
    output.value = short(Number(event.target.value), event.target.name.endsWith("context_tokens"));
  }
});
