import { useMutation } from '@tanstack/react-query';
import { type Ref, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { startStrings } from './strings.ts';
import { documentTypes, useFileDrop } from './use-file-drop.ts';

export const longestJobDescription = 20_000;

/** The job description: pasted, typed, or a file whose text the server reads out, to be corrected here. */
export function PositionField({
  value,
  onChange,
  missing,
  ref,
}: {
  value: string;
  onChange: (text: string) => void;
  missing: boolean;
  ref: Ref<HTMLTextAreaElement>;
}) {
  const t = useStrings(startStrings);
  const { locale } = useLanguage();
  const viva = useViva();
  const announce = useAnnounce();
  const chooser = useRef<HTMLInputElement>(null);
  const reading = useMutation({
    mutationFn: async (file: File) => ({ file, read: await viva.readJobDescription(file, { fileName: file.name }) }),
    onSuccess({ file, read }) {
      onChange(read.text);
      announce([t.jobDescriptionRead(file.name), read.hiddenText && t.hiddenText].filter(Boolean).join(' '));
    },
  });
  const drop = useFileDrop((file) => reading.mutate(file));
  const { length } = value.trim();
  const error =
    length > longestJobDescription
      ? t.jobDescriptionLong(length.toLocaleString(locale))
      : missing && t.jobDescriptionMissing;
  return (
    <>
      <Field label={t.jobDescription} hint={t.jobDescriptionHint} error={error}>
        {(control) => (
          <textarea
            {...control}
            {...drop.target}
            ref={ref}
            required
            className={drop.over ? 'start-drop' : undefined}
            rows={9}
            value={value}
            onChange={(event) => {
              if (reading.isError) reading.reset();
              onChange(event.target.value);
            }}
          />
        )}
      </Field>
      <input
        ref={chooser}
        type="file"
        hidden
        accept={documentTypes}
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) reading.mutate(file);
          target.value = '';
        }}
      />
      <Button busy={reading.isPending} onClick={() => chooser.current?.click()}>
        {reading.isPending ? t.cvReading : t.jobDescriptionChoose}
      </Button>
      {value !== '' && reading.data?.read.hiddenText && <p className="start-hidden">{t.hiddenText}</p>}
      {reading.isError && <ErrorNotice title={t.jobDescriptionFailed} error={reading.error} />}
    </>
  );
}
