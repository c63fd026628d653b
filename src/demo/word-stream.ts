/** Text that is printed while it comes. */
export interface WordStream {
  add(text: string): void;
  /** Ends the last line. */
  end(): void;
}

/** Prints each word once it is complete, on indented lines of at most `columns`; a longer word stands alone. */
export function streamWords(write: (text: string) => void, { indent, columns }: Lines): WordStream {
  let column = 0;
  let word = '';
  function flush(): void {
    if (!word) return;
    const fits = column > 0 && column + 1 + word.length <= columns;
    if (column > 0 && !fits) write('\n');
    write(`${fits ? ' ' : ' '.repeat(indent)}${word}`);
    column = fits ? column + 1 + word.length : word.length;
    word = '';
  }
  return {
    add(text) {
      for (const character of text) {
        if (/\s/u.test(character)) flush();
        else word += character;
      }
    },
    end() {
      flush();
      if (column > 0) write('\n');
      column = 0;
    },
  };
}

interface Lines {
  indent: number;
  columns: number;
}
