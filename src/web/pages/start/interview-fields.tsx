import { useQuery } from '@tanstack/react-query';
import { Checkbox, ChoiceGroup } from '../../components/choice.tsx';
import { Field } from '../../components/field.tsx';
import { Range } from '../../components/range.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import type { Draft } from './draft.ts';
import { spokenLanguages } from './spoken-languages.ts';
import { startStrings } from './strings.ts';
import { VoiceSample } from './voice-sample.tsx';

const capital = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** Which kind of interview: mode, count, difficulty, language, voice. */
export function InterviewFields({ draft, change }: { draft: Draft; change: (change: Partial<Draft>) => void }) {
  const t = useStrings(startStrings);
  const viva = useViva();
  const { language } = useLanguage();
  const voices = useQuery({ queryKey: ['voices'], queryFn: () => viva.voices.list.query(), staleTime: Infinity });
  const present = voices.data ?? [{ id: draft.voice, description: '' }];
  return (
    <>
      <ChoiceGroup
        legend={t.mode}
        value={draft.mode}
        onChange={(mode) => change({ mode })}
        options={[
          { value: 'recorded', label: t.recorded, description: t.recordedText },
          { value: 'live', label: t.live, description: t.liveText },
        ]}
      />
      {draft.mode === 'live' && (
        <Checkbox checked={draft.acknowledge} onChange={(acknowledge) => change({ acknowledge })}>
          {t.acknowledge}
        </Checkbox>
      )}
      <Field label={t.count}>
        {(control) => (
          <span className="start-count">
            <Range
              {...control}
              min={1}
              max={20}
              value={draft.questionCount}
              aria-valuetext={t.countText(draft.questionCount)}
              onChange={(event) => change({ questionCount: event.target.valueAsNumber })}
            />
            <output htmlFor={control.id}>{draft.questionCount}</output>
          </span>
        )}
      </Field>
      <ChoiceGroup
        legend={t.difficulty}
        value={draft.difficulty}
        onChange={(difficulty) => change({ difficulty })}
        options={(['easy', 'medium', 'hard'] as const).map((value) => ({ value, label: t[value] }))}
      />
      <div className="start-pair">
        <Field label={t.language}>
          {(control) => (
            <select
              {...control}
              value={draft.language || language}
              onChange={(event) => change({ language: event.target.value })}
            >
              {spokenLanguages(language).map(({ code, name }) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div className="start-voice">
          <Field label={t.voice}>
            {(control) => (
              <select {...control} value={draft.voice} onChange={(event) => change({ voice: event.target.value })}>
                {present.map(({ id, description }) => (
                  <option key={id} value={id}>
                    {[capital(id), voiceDescription(t.voices, id) ?? description].filter(Boolean).join(' – ')}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <VoiceSample voice={draft.voice} language={draft.language || language} />
        </div>
      </div>
    </>
  );
}

const voiceDescription = (names: Record<string, string>, id: string): string | undefined => names[id];
