import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import type { QuestionView } from '../../../interview/schemas.ts';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { keep, kept } from '../../session/kept.ts';
import { useViva } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from './strings.ts';
import { storeAnswer } from './use-answers.ts';

const draftOf = (questionId: string) => {
  const draft = kept(`draft.${questionId}`);
  return typeof draft === 'string' ? draft : '';
};

/** An answer in writing; the draft outlives a reload. */
export function TypedAnswer({ question, onDone }: { question: QuestionView; onDone: () => void }) {
  const t = useStrings(interviewStrings);
  const viva = useViva();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const [text, setText] = useState(() => draftOf(question.id));
  const [missing, setMissing] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const submit = useMutation({
    mutationFn: () => viva.answers.submitText.mutate({ questionId: question.id, text }),
    onSuccess: (answer) => {
      keep(`draft.${question.id}`, undefined);
      storeAnswer(queries, answer);
      announce(t.announceArrived);
      onDone();
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (submit.isPending) return;
    setMissing(!text.trim());
    if (text.trim()) submit.mutate();
    else field.current?.focus();
  };
  return (
    <form onSubmit={onSubmit}>
      <Field label={t.typedLabel} hint={t.typedHint} error={missing && t.typedEmpty}>
        {(control) => (
          <textarea
            {...control}
            ref={field}
            value={text}
            maxLength={20_000}
            onChange={(event) => {
              setText(event.target.value);
              setMissing(false);
              keep(`draft.${question.id}`, event.target.value || undefined);
            }}
          />
        )}
      </Field>
      {submit.isError && <ErrorNotice error={submit.error} />}
      <Button type="submit" kind="primary" busy={submit.isPending}>
        {t.submitText}
      </Button>
    </form>
  );
}
