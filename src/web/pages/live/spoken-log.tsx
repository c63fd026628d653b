import { wholeSentences } from '../../conversation/sentences.ts';
import type { Transcript } from '../../conversation/transcript.ts';
import { useStrings } from '../../strings/strings.tsx';
import { liveStrings } from './strings.ts';

/** Reads the present turn to a screen reader, a whole sentence at a time. */
export function SpokenLog({ transcript, language }: { transcript: Transcript; language: string }) {
  const t = useStrings(liveStrings);
  const exchange = transcript.exchanges.at(-1);
  const said = exchange?.said?.messageId ? exchange.said.text : '';
  const { text = '', complete = false } = exchange?.reply ?? {};
  const sentences = wholeSentences(text, complete || exchange?.state !== 'running', language);
  return (
    <div className="visually-hidden" role="log" aria-live="polite">
      {said && (
        <p key={`${exchange?.turnId}-said`}>
          {t.you}: {said}
        </p>
      )}
      {sentences.map((sentence, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: sentences are only ever added at the end
        <p key={`${exchange?.turnId}-${index}`}>
          {index === 0 && `${t.interviewer}: `}
          {sentence}
        </p>
      ))}
    </div>
  );
}
