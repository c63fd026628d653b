import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Field } from '../../components/field.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import type { Draft } from './draft.ts';
import { startStrings } from './strings.ts';
import { documentTypes, useFileDrop } from './use-file-drop.ts';

/** The CV: a file, which the server reads at once, or text. */
export function CvField({ draft, change }: { draft: Draft; change: (change: Partial<Draft>) => void }) {
  const t = useStrings(startStrings);
  const { locale } = useLanguage();
  const viva = useViva();
  const announce = useAnnounce();
  const chooser = useRef<HTMLInputElement>(null);
  const read = (name: string, characters: number) => t.cvRead(name, characters.toLocaleString(locale));
  const upload = useMutation({
    mutationFn: async (file: File) => ({ file, cv: await viva.uploadCv(file, { fileName: file.name }) }),
    onSuccess({ file, cv }) {
      change({ cvFile: { id: cv.id, name: file.name, characters: cv.characters, hiddenText: cv.hiddenText } });
      announce([read(file.name, cv.characters), cv.hiddenText && t.hiddenText].filter(Boolean).join(' '));
    },
  });
  const drop = useFileDrop((file) => upload.mutate(file));
  if (draft.cvFile) {
    return (
      <>
        <p className="start-cv">
          <span>✓ {read(draft.cvFile.name, draft.cvFile.characters)}</span>
          <Button kind="quiet" onClick={() => change({ cvFile: null })}>
            {t.cvRemove}
          </Button>
        </p>
        {draft.cvFile.hiddenText && <p className="start-hidden">{t.hiddenText}</p>}
      </>
    );
  }
  return (
    <>
      <Field label={t.cv} hint={t.cvHint} optional>
        {(control) => (
          <textarea
            {...control}
            {...drop.target}
            className={drop.over ? 'start-drop' : undefined}
            rows={5}
            maxLength={50_000}
            value={draft.cvText}
            onChange={(event) => change({ cvText: event.target.value })}
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
          if (file) upload.mutate(file);
          target.value = '';
        }}
      />
      <Button busy={upload.isPending} onClick={() => chooser.current?.click()}>
        {upload.isPending ? t.cvReading : t.cvChoose}
      </Button>
      {upload.isError && <ErrorNotice title={t.cvFailed} error={upload.error} />}
    </>
  );
}
