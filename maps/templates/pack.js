/* Packed columns: letters to bytes, inflate, integers and texts. The format is told in pack.py. */
var weizhan = { layers: {} };
(function () {
"use strict";

const LETTERS = [];
for (let code = 33; code < 127; code++)
  if (!"<>&\"'`\\{$".includes(String.fromCharCode(code))) LETTERS.push(code);
const DIGITS = new Uint8Array(128);
LETTERS.forEach((code, at) => { DIGITS[code] = at; });

function bytes(text, start, length) {
  const out = new Uint8Array(length + 3);
  for (let at = start, to = 0; to < length; at += 5, to += 4) {
    const word = (((DIGITS[text.charCodeAt(at)] * 85 + DIGITS[text.charCodeAt(at + 1)]) * 85 +
      DIGITS[text.charCodeAt(at + 2)]) * 85 + DIGITS[text.charCodeAt(at + 3)]) * 85 + DIGITS[text.charCodeAt(at + 4)];
    out[to] = word / 16777216; out[to + 1] = word >>> 16; out[to + 2] = word >>> 8; out[to + 3] = word;
  }
  return out.subarray(0, length);
}

/* Inflate, RFC 1951. A table finds the symbol and the length of a code from its next bits. */
const EXTRA = [], BASE = [], FAR_EXTRA = [], FAR_BASE = [];
for (let code = 0, base = 3; code < 28; code++) { EXTRA[code] = code < 8 ? 0 : (code >> 2) - 1; BASE[code] = base; base += 1 << EXTRA[code]; }
EXTRA[28] = 0; BASE[28] = 258;
for (let code = 0, base = 1; code < 30; code++) { FAR_EXTRA[code] = code < 4 ? 0 : (code >> 1) - 1; FAR_BASE[code] = base; base += 1 << FAR_EXTRA[code]; }
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function table(lengths) {
  let longest = 1;
  for (const length of lengths) if (length > longest) longest = length;
  const counts = new Uint16Array(17), next = new Uint16Array(17), codes = new Uint16Array(1 << longest);
  for (const length of lengths) if (length) counts[length]++;
  for (let bits = 1; bits <= 15; bits++) next[bits + 1] = (next[bits] + counts[bits]) << 1;
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol];
    if (!length) continue;
    let code = next[length]++, turned = 0;
    for (let bit = 0; bit < length; bit++) { turned = turned << 1 | code & 1; code >>= 1; }
    for (let at = turned; at < codes.length; at += 1 << length) codes[at] = symbol << 4 | length;
  }
  return { codes, mask: codes.length - 1 };
}
const range = (count, length) => new Uint8Array(count).fill(length);
const FIXED = [table([...range(144, 8), ...range(112, 9), ...range(24, 7), ...range(8, 8)]), table(range(30, 5))];

weizhan.inflate = function (input, size) {
  const out = new Uint8Array(size), end = input.length;
  let at = 0, held = 0, count = 0, to = 0;
  const bits = (wanted) => {
    while (count < wanted) { held |= (at < end ? input[at] : 0) << count; at++; count += 8; }
    const value = held & (1 << wanted) - 1;
    held >>>= wanted; count -= wanted;
    return value;
  };
  const symbol = ({ codes, mask }) => {
    while (count < 15) { held |= (at < end ? input[at] : 0) << count; at++; count += 8; }
    const code = codes[held & mask], length = code & 15;
    held >>>= length; count -= length;
    return code >> 4;
  };
  const stated = () => {
    const literals = bits(5) + 257, far = bits(5) + 1, used = bits(4) + 4, of = new Uint8Array(19);
    for (let k = 0; k < used; k++) of[ORDER[k]] = bits(3);
    const lengths = new Uint8Array(literals + far), codes = table(of);
    for (let k = 0; k < lengths.length;) {
      const said = symbol(codes);
      if (said < 16) { lengths[k++] = said; continue; }
      const value = said === 16 ? lengths[k - 1] : 0;
      for (let more = said === 16 ? 3 + bits(2) : said === 17 ? 3 + bits(3) : 11 + bits(7); more > 0; more--) lengths[k++] = value;
    }
    return [table(lengths.subarray(0, literals)), table(lengths.subarray(literals))];
  };
  for (let last = 0; !last;) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 3 || !(at <= end + 8)) throw new Error("damaged page");
    if (kind === 0) {
      at -= count >> 3; held = count = 0; // back to the byte after the header
      const length = input[at] | input[at + 1] << 8;
      out.set(input.subarray(at + 4, at + 4 + length), to);
      at += 4 + length; to += length;
      continue;
    }
    const [literal, distance] = kind === 1 ? FIXED : stated();
    for (;;) {
      const said = symbol(literal);
      if (said < 256) { out[to++] = said; continue; }
      if (said === 256) break;
      const length = BASE[said - 257] + bits(EXTRA[said - 257]), code = symbol(distance);
      const back = FAR_BASE[code] + bits(FAR_EXTRA[code]);
      if (back > to || to > size) throw new Error("damaged page");
      for (const stop = to + length; to < stop; to++) out[to] = out[to - back];
    }
  }
  return out;
};

class Pack {
  constructor(id) {
    const text = document.getElementById(id).textContent, second = text.indexOf(" ") + 1, start = text.indexOf(" ", second) + 1;
    this.data = weizhan.inflate(bytes(text, start, Number(text.slice(second, start - 1))), Number(text.slice(0, second - 1)));
  }

  integers([start, count, width, signed], Kind = Float64Array) {
    const out = new Kind(count), data = this.data;
    let factor = 1;
    for (let plane = 0, at = start; plane < width; plane++, factor *= 256)
      for (let i = 0; i < count; i++) out[i] += data[at++] * factor;
    if (signed) for (let i = 0; i < count; i++) out[i] = out[i] % 2 ? -(out[i] + 1) / 2 : out[i] / 2;
    return out;
  }

  // Missing values as NaN
  numbers({ base, scale, values }) {
    const out = this.integers(values);
    for (let i = 0; i < out.length; i++) out[i] = out[i] ? (out[i] - 1 + base) / scale : NaN;
    return out;
  }

  table([sharing, [start, count, length]]) {
    if (!count) return [];
    const shared = this.integers(sharing);
    const out = new TextDecoder().decode(this.data.subarray(start, start + length)).split("\n");
    for (let i = 1; i < count; i++) out[i] = out[i - 1].slice(0, shared[i]) + out[i];
    return out;
  }
}
weizhan.Pack = Pack;
})();
