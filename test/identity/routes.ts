import { recording } from '../api/support/interviews.ts';
import { speechLike, wav } from '../support/audio-fixtures.ts';
import type { Input, RouteEntry, RouteRequest } from './entry.ts';

const json = (body: Input): RouteRequest => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function form(fields: Record<string, string> = {}): RouteRequest {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set('audio_file', recording(), 'answer.wav');
  return { body };
}

const resumable = (questionId: string) => ({
  'tus-resumable': '1.0.0',
  'upload-length': '1000',
  'upload-metadata': `questionId ${btoa(questionId)}`,
});

const page: RouteEntry = { open: true };
const spokenWords = () => Buffer.from(wav(speechLike(1_000))).toString('base64');

const audioInterview: Record<string, RouteEntry> = {
  'POST /audio-interview/questions': { names: ({ cvId }) => json({ job_description: 'Baker', cv_id: cvId }) },
  'GET /audio-interview/question/:question_id/audio': {
    names: ({ questionId }) => ({ path: `/audio-interview/question/${questionId}/audio` }),
  },
  'POST /audio-interview/submit-answer': { names: ({ questionId }) => form({ question_id: questionId }) },
  'POST /audio-interview/submit-all-answers': { names: ({ sessionId }) => json({ session_id: sessionId }) },
  'GET /audio-interview/history': {
    names: ({ sessionId }) => ({ path: `/audio-interview/history?session_id=${sessionId}` }),
  },
};

/**
 * Every route there is, as `METHOD path` (`*` for any method; HEAD comes with GET), and who may use it: one without a
 * line here fails `matrix.test.ts`. `{}`: the signed in.
 */
export const routes: Record<string, RouteEntry> = {
  'OPTIONS *': page,
  'GET /': page,
  'GET /*': page,
  'GET /assets/*': page,
  'GET /start': page,
  'GET /start/:id': page,
  'GET /interview/:id': page,
  'GET /live/:id': page,
  'GET /results/:id': page,
  'GET /history': page,
  'GET /account': page,
  'GET /docs': page,
  'GET /docs/json': page,
  'GET /docs/yaml': page,
  'GET /docs/static/*': page,
  'GET /docs/static/index.html': page,
  'GET /docs/static/swagger-initializer.js': page,
  'GET /health/live': page,
  'GET /health/ready': page,
  // To this machine alone, or with a token of its own: see test/telemetry/metrics.test.ts.
  'GET /metrics': page,
  'GET /api/audio/status': page,
  'GET /trpc': { elsewhere: 'sockets' },
  'GET /realtime': { elsewhere: 'sockets' },
  'GET /api/conversation': { elsewhere: 'sockets' },
  '* /trpc/:path': { elsewhere: 'procedures' },
  'POST /api/auth/guest': { open: true },
  'POST /api/auth/register': { open: true },
  'POST /api/auth/login': { open: true },
  'POST /api/auth/refresh': { open: true },
  'POST /api/auth/logout': { open: true },
  'GET /api/auth/me': {},
  'POST /api/auth/consent': {},
  'DELETE /api/auth/consent': {},
  'GET /api/auth/consents': {},
  'DELETE /api/auth/account': {},
  'GET /account/export': {},
  'POST /upload/answers/:questionId': {
    names: ({ questionId }) => ({ path: `/upload/answers/${questionId}`, ...form() }),
  },
  'POST /upload/turns/:sessionId': { names: ({ sessionId }) => ({ path: `/upload/turns/${sessionId}`, ...form() }) },
  'OPTIONS /upload/resumable': page,
  'OPTIONS /upload/resumable/:id': page,
  'POST /upload/resumable': {
    names: ({ questionId }) => ({ path: '/upload/resumable', headers: resumable(questionId) }),
  },
  'HEAD /upload/resumable/:id': { names: ({ uploadId }) => ({ path: `/upload/resumable/${uploadId}` }) },
  'PATCH /upload/resumable/:id': { names: ({ uploadId }) => ({ path: `/upload/resumable/${uploadId}` }) },
  'DELETE /upload/resumable/:id': { names: ({ uploadId }) => ({ path: `/upload/resumable/${uploadId}` }) },
  'GET /upload/resumable/:id/result': {
    names: ({ uploadId }) => ({ path: `/upload/resumable/${uploadId}/result` }),
  },
  'POST /upload/cvs': { sends: () => form() },
  'POST /upload/job-descriptions': { sends: () => form() },
  'GET /audio/:id': { names: ({ audioId }) => ({ path: `/audio/${audioId}` }) },
  'GET /audio/:folder(^questions|answers|replies$)/:file': {
    names: ({ audioId }) => ({ path: `/audio/answers/${audioId}.wav` }),
  },
  ...audioInterview,
  ...Object.fromEntries(Object.entries(audioInterview).map(([key, entry]) => [underApi(key), alsoUnderApi(entry)])),
  'POST /api/voice/ask': { open: 'guests', sends: () => json({ prompt: 'What did I say before?' }) },
  'POST /api/voice/clear': { open: 'guests' },
  'POST /api/audio/message': { names: ({ sessionId }) => json({ audio: spokenWords(), session_id: sessionId }) },
  'POST /api/v1/chatkit/realtime-session': { names: ({ sessionId }) => json({ session_id: sessionId }) },
  'POST /api/v1/chatkit/session': {},
  'POST /api/realtime/calls': { names: ({ sessionId }) => json({ sdp: 'v=0', session_id: sessionId }) },
  'POST /api/realtime/calls/:id/hangup': {
    names: ({ audioId }) => ({ path: `/api/realtime/calls/${audioId}/hangup` }),
  },
};

function underApi(key: string): string {
  return key.replace(' ', ' /api');
}

function alsoUnderApi({ names }: RouteEntry): RouteEntry {
  if (!names) return {};
  return {
    names: (of) => {
      const { path, ...request } = names(of);
      return { ...request, ...(path && { path: `/api${path}` }) };
    },
  };
}
