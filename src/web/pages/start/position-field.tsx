import { type Ref, useState } from 'react';
import { Field } from '../../components/field.tsx';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { startStrings } from './strings.ts';
import { useFileDrop } from './use-file-drop.ts';

export const longestJobDescription = 20_000;

/** The job description: pasted, typed, or dropped as a text file. */
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
  const { language } = useLanguage();
  const [notText, setNotText] = useState(false);
  const drop = useFileDrop(async (file) => {
    const isText = file.type.startsWith('text/') || /\.(txt|md)$/i.test(file.name);
    setNotText(!isText);
    if (isText) onChange(await file.text());
  });
  const { length } = value.trim();
  const error =
    length > longestJobDescription
      ? t.jobDescriptionLong(length.toLocaleString(language))
      : notText
        ? t.dropText
        : missing && t.jobDescriptionMissing;
  return (
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
            setNotText(false);
            onChange(event.target.value);
          }}
        />
      )}
    </Field>
  );
}
