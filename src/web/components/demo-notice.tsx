import { useQuery } from '@tanstack/react-query';
import { useViva } from '../session/session-context.tsx';
import { translations, useStrings } from '../strings/strings.tsx';
import { Notice } from './notice.tsx';

const strings = translations(
  {
    title: 'Offline demo: no AI is connected',
    text: 'Questions, conversation and scores come from built-in rules, the voice is a robot’s, and your speech is not recognised: type your answers, or record them to see how it works.',
    brief: 'Offline demo: speech is not recognised; type your answers',
    how: 'How to connect an AI',
    openai: 'OpenAI: stop the server, then start it with your key.',
    local: 'A server of your own that speaks OpenAI’s API, such as Ollama, LocalAI or vLLM:',
  },
  {
    title: 'Offline-Demo: Keine KI ist angeschlossen',
    text: 'Fragen, Gespräch und Bewertung kommen aus eingebauten Regeln, die Stimme ist die eines Roboters, und Ihre Sprache wird nicht erkannt: Tippen Sie Ihre Antworten, oder nehmen Sie sie auf, um zu sehen, wie es geht.',
    brief: 'Offline-Demo: Gesprochenes wird nicht erkannt, nur Getipptes',
    how: 'So schließen Sie eine KI an',
    openai: 'OpenAI: Halten Sie den Server an und starten Sie ihn mit Ihrem Schlüssel.',
    local: 'Ein eigener Server, der OpenAIs Schnittstelle spricht, etwa Ollama, LocalAI oder vLLM:',
  },
);

/** What the server can do; asked for once per visit. */
export function useReadiness() {
  const viva = useViva();
  return useQuery({ queryKey: ['readiness'], queryFn: () => viva.readiness(), staleTime: Number.POSITIVE_INFINITY });
}

/** True until the server has first answered, or failed to: what stands below the notice comes with it, and never jumps. */
export function useIsAsking(): boolean {
  const { isPending, failureCount } = useReadiness();
  return isPending && failureCount === 0;
}

/**
 * Says plainly that nothing intelligent answers, and what to do about it. Nothing where that is not so. `brief` is one
 * line that opens, for pages where something else is to be read.
 */
export function DemoNotice({ brief = false }: { brief?: boolean }) {
  const t = useStrings(strings);
  const { data } = useReadiness();
  if (!data || data.offlineDemo.length === 0) return null;
  const how = (
    <>
      <p>
        {t.openai} <code>OPENAI_API_KEY=sk-… npm start</code>
      </p>
      <p>
        {t.local} <code>OPENAI_BASE_URL=http://localhost:11434/v1 npm start</code>
      </p>
    </>
  );
  if (brief) {
    return (
      <details className="demo-brief notice-text">
        <summary>{data.offlineDemo.includes('listen') ? t.brief : t.title}</summary>
        <p>{t.text}</p>
        {how}
      </details>
    );
  }
  return (
    <Notice title={t.title}>
      <p>{t.text}</p>
      <details>
        <summary>{t.how}</summary>
        {how}
      </details>
    </Notice>
  );
}
