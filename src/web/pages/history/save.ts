/** How long a browser may take to begin reading what it saves. */
const readingMs = 30_000;

/** Has the browser save a file, as if it were a download. */
export function save(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), readingMs);
}
