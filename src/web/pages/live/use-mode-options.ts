import type { Choice } from '../../components/choice.tsx';
import { useReadiness } from '../../components/demo-notice.tsx';
import type { ConversationState } from '../../conversation/state.ts';
import { useStrings } from '../../strings/strings.tsx';
import { liveStrings } from './strings.ts';

const modes = ['hands-free', 'push-to-talk', 'typing', 'direct'] as const;

/** The ways to talk, each with what it means; the direct one where the server offers it. */
export function useModeOptions(): Choice<ConversationState['mode']>[] {
  const t = useStrings(liveStrings);
  const { data } = useReadiness();
  const offersDirect = data?.models.realtime.reachable === true && !data.offlineDemo.includes('realtime');
  return modes
    .filter((mode) => mode !== 'direct' || offersDirect)
    .map((value) => ({ value, label: t.mode[value].label, description: t.mode[value].text }));
}
