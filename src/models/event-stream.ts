import type OpenAI from 'openai';
import { Stream } from 'openai/streaming';
import { InvalidReply } from './upstream-errors.ts';

export interface EventStream {
  /** The JSON of each event. Ends at `[DONE]`, at the end of the body or, silently, when the call is aborted. */
  chunks: AsyncIterable<unknown>;
  /** Whether it was `[DONE]` that ended it. */
  sawDone: () => boolean;
}

/** How long the body may stay open after `[DONE]`. */
const farewellMs = 1000;

/**
 * Decodes server-sent events. The SDK drops the connection when the body does not end together with `[DONE]`; here the
 * end is awaited in the background, so that the next call is spared a new TLS handshake. Throws `InvalidReply`.
 */
export function readEvents(client: OpenAI, response: Response, hangUp: () => void): EventStream {
  const reader = response.body?.getReader();
  if (!reader) throw new InvalidReply('no body');
  let stopped = false;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        stopped = true;
        const timer = setTimeout(hangUp, farewellMs);
        const readToEnd = async () => {
          while (!(await reader.read()).done);
        };
        // The answer is complete: it no longer matters how the connection ends.
        void readToEnd()
          .catch(() => undefined)
          .finally(() => clearTimeout(timer));
      },
    },
    { highWaterMark: 0 },
  );
  const chunks = Stream.fromSSEResponse<unknown>(new Response(body, response), new AbortController(), client);
  return { chunks, sawDone: () => stopped };
}
