/* Records as lines that survive a chat, by the table that the reader of lines gives (see phone_lines.py). */
(function () {
"use strict";

const crcOf = (text) => {
  let crc = -1;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ((crc ^ -1) >>> 0).toString(16).toUpperCase().padStart(8, "0");
};

class Lines {
  constructor(table) { this.table = table; }

  // What a letter counts as: a widened one as the plain one
  fold(letter) {
    const code = letter.codePointAt(0), { alike } = this.table;
    if (code >= 0xff01 && code <= 0xff5e) return String.fromCodePoint(code - 0xfee0);
    return Object.prototype.hasOwnProperty.call(alike, letter) ? alike[letter] : letter;
  }

  escaped(said, prose) {
    const { plain, marks, part, escape } = this.table;
    let made = "";
    for (const letter of String(said)) {
      const code = letter.codePointAt(0), counts = this.fold(letter);
      const fits = plain.some(([first, last]) => code >= first && code <= last) && !marks.includes(letter) && counts !== part && counts !== escape;
      made += fits && (prose || counts === letter) ? letter : escape + (letter === " " ? "" : code.toString(16)) + ".";
    }
    return made;
  }

  encode({ letter, head, values }) {
    const { begin, end, part, records, prose } = this.table;
    const parts = [begin, letter, ...this.table.head.map((name) => this.escaped(head[name]))];
    for (const [field, column] of Object.entries(records[letter])) {
      const said = values[column];
      if (said !== undefined && said !== null && said !== "") parts.push(field + "=" + this.escaped(said, prose.includes(field)));
    }
    const body = parts.join(part);
    return [body, crcOf([...body].map((letter) => this.fold(letter)).join("")), end].join(part);
  }
}

weizhan.Lines = Lines;
})();
