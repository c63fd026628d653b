import { type DragEvent, useState } from 'react';

/** What the server reads. */
export const documentTypes = '.pdf,.docx,.txt,.md,application/pdf,text/plain';

/** Lets a file be dropped on an element: spread `target` onto it. Dropped text stays the browser's business. */
export function useFileDrop(onFile: (file: File) => void) {
  const [over, setOver] = useState(false);
  const hasFile = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return {
    over,
    target: {
      onDragOver(event: DragEvent) {
        if (!hasFile(event)) return;
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: () => setOver(false),
      onDrop(event: DragEvent) {
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (!file) return;
        event.preventDefault();
        onFile(file);
      },
    },
  };
}
