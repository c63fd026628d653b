import { badRequest } from '../wire-error.ts';
import type { StoredItem } from './conversation-items.ts';
import { newId } from './identifiers.ts';
import { createInputBuffer, type HeardAudio } from './input-buffer.ts';
import { createPcmReader } from './pcm.ts';
import type { Responses } from './responses.ts';
import { errorEvent } from './server-events.ts';
import type { SessionScope } from './session-scope.ts';
import { transcribeItem } from './transcription.ts';

export interface Turns {
  /** Base64 of 16-bit audio at 24 kHz. */
  append(base64: string): void;
  hear(samples: Int16Array): void;
  /** Throws a `WireError` when less than 100 ms are in the buffer. */
  commit(): void;
  clear(): void;
}

/** Words go out while they are spoken; the others tell what was said once a turn is committed. */
const liveModels = ['gpt-live-transcribe'];
const shortestCommitMs = 100;

/** What the user says: from sound to items of the conversation, with their transcripts. */
export function createTurns(scope: SessionScope, responses: Responses): Turns {
  const read = createPcmReader();
  /** The turn that is being spoken has its identifier before it is an item. */
  let itemId: string | null = null;
  let sentLive = '';
  const nextId = () => {
    itemId ??= newId('item');
    return itemId;
  };
  const detection = () => scope.config.input.turnDetection;

  const buffer = createInputBuffer({
    speechStarted(audio_start_ms) {
      scope.emit({ type: 'input_audio_buffer.speech_started', audio_start_ms, item_id: nextId() });
      if (detection()?.interrupt_response) responses.interrupt();
    },
    speechStopped(audio_end_ms, sample) {
      scope.emit({ type: 'input_audio_buffer.speech_stopped', audio_end_ms, item_id: nextId() });
      addItem(buffer.take(sample));
      if (!detection()?.create_response || scope.config.type !== 'realtime') return;
      try {
        responses.start({});
      } catch (error) {
        scope.emit(errorEvent(error, null));
      }
    },
    heard(words) {
      if (!liveModels.includes(scope.config.input.transcription?.model ?? '')) return;
      const delta = sentLive ? words : words.trimStart();
      sentLive += delta;
      scope.emit({
        type: 'conversation.item.input_audio_transcription.delta',
        item_id: nextId(),
        content_index: 0,
        delta,
      });
    },
  });

  function addItem(heard: HeardAudio): void {
    const content = { type: 'input_audio' as const, transcript: '' };
    const item = {
      id: nextId(),
      object: 'realtime.item' as const,
      type: 'message' as const,
      role: 'user' as const,
      status: 'completed' as const,
      content: [content],
    };
    const alreadySent = sentLive;
    itemId = null;
    sentLive = '';
    scope.emit({
      type: 'input_audio_buffer.committed',
      previous_item_id: scope.items.lastId(),
      item_id: item.id,
    });
    const stored: StoredItem = { id: item.id, item, heard: heard.words, audioMs: heard.durationMs };
    const previous_item_id = scope.items.add(stored);
    scope.emit({ type: 'conversation.item.added', previous_item_id, item: structuredClone(item) });
    scope.emit({ type: 'conversation.item.done', previous_item_id, item: structuredClone(item) });
    const settings = scope.config.input.transcription;
    if (!settings) return;
    const deps = {
      itemId: item.id,
      settings,
      models: scope.models(),
      pace: scope.pace(),
      emit(event: Parameters<SessionScope['emit']>[0]) {
        if (event.type === 'conversation.item.input_audio_transcription.completed')
          content.transcript = event.transcript;
        scope.emit(event);
      },
      react: (signal: AbortSignal) =>
        scope.react({ endpoint: 'realtime_transcription', model: settings.model, body: { ...settings } }, signal),
      understood: (words: string) => {
        stored.heard = words;
      },
    };
    void transcribeItem(deps, { ...heard, alreadySent }, scope.signal);
  }

  const hear = (samples: Int16Array) => buffer.append(samples, detection());
  return {
    append: (base64) => hear(read(base64)),
    hear,
    commit() {
      const durationMs = buffer.durationMs();
      if (durationMs < shortestCommitMs) {
        throw badRequest(
          `Error committing input audio buffer: expected at least ${shortestCommitMs}ms of audio, found ${durationMs}ms.`,
          undefined,
          'input_audio_buffer_commit_empty',
        );
      }
      addItem(buffer.take());
    },
    clear() {
      buffer.clear();
      itemId = null;
      sentLive = '';
      scope.emit({ type: 'input_audio_buffer.cleared' });
    },
  };
}
