import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useViva } from '../../session/session-context.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { startStrings } from './strings.ts';
import { voiceOf } from './voice-of.ts';

/** Lets the chosen voice be heard. A new choice silences the last one. */
export function VoiceSample({ voice, language }: { voice: string; language: string }) {
  const t = useStrings(startStrings);
  const viva = useViva();
  const audio = useRef<HTMLAudioElement>(null);
  const sample = useMutation({
    mutationFn: () => viva.voices.sample.mutate({ voice: voiceOf(voice), language }),
    onSuccess: async ({ audioUrl }) => {
      if (!audio.current) return;
      audio.current.src = audioUrl;
      await audio.current.play();
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the choice that silences
  useEffect(() => () => audio.current?.pause(), [voice, language]);
  return (
    <>
      <Button kind="quiet" busy={sample.isPending} onClick={() => sample.mutate()}>
        {t.hearVoice}
      </Button>
      {/* biome-ignore lint/a11y/useMediaCaption: the words are of no matter, the voice is */}
      <audio ref={audio} preload="none" />
      {sample.isError && <ErrorNotice title={t.voiceUnheard} error={sample.error} />}
    </>
  );
}
