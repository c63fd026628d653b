import type { Guest } from '../../support/server-process.ts';
import { choose, record, sha256Of, type } from './answers.ts';
import { breach } from './claim.ts';
import type { DoomedServer } from './doomed-server.ts';

/** What a user does until it is done or the server is dead. */
export type Scenario = (doomed: DoomedServer) => Promise<void>;

/** An interview on the way: null when the server died before it was there. */
export async function interview(doomed: DoomedServer, questionCount: number, speakQuestions = false) {
  const guest = await doomed.signIn();
  if (!guest) return null;
  const { viva } = guest;
  const jobDescription = `Job title: Baker of ${doomed.mark()}`;
  const session = await doomed.attempt('creating a session', () =>
    viva.sessions.create.mutate({ jobDescription, questionCount, speakQuestions }),
  );
  if (!session) return null;
  const questionIds = session.questions.map(({ id }) => id);
  return { guest, sessionId: session.id, questionIds, firstId: questionIds[0] ?? '' };
}

export const recordingAnswers: Scenario = async (doomed) => {
  const begun = await interview(doomed, 2);
  if (!begun) return;
  const { guest, firstId, sessionId, questionIds } = begun;
  claimQuestions(doomed, guest, sessionId, questionIds);
  const spoken = await record(doomed, guest, firstId);
  const secondId = questionIds[1] ?? '';
  const first = await type(doomed, guest, secondId);
  await type(doomed, guest, secondId);
  if (first) await choose(doomed, guest, { questionId: secondId, answerId: first });
  if (spoken) await doomed.until('reading a transcript', () => transcribed(guest, spoken));
};

const transcribed = async ({ viva }: Guest, answerId: string) =>
  (await viva.answers.get.query({ answerId })).transcriptState !== 'pending';

function claimQuestions({ claims }: DoomedServer, { viva }: Guest, sessionId: string, expected: string[]): void {
  claims.push({
    what: `the questions of ${sessionId}`,
    async look() {
      const questions = await viva.questions.list.query({ sessionId });
      const same = questions.map(({ id }) => id).join() === expected.join();
      return same ? 'holds' : breach('they are others');
    },
  });
}

export const hearingQuestions: Scenario = async (doomed) => {
  const begun = await interview(doomed, 1, true);
  if (!begun) return;
  const { guest, sessionId } = begun;
  const { viva, token } = guest;
  const list = () => viva.questions.list.query({ sessionId });
  doomed.claims.push({
    what: `the spoken questions of ${sessionId}`,
    async look() {
      for (const { speechState, speechError, audio } of await list()) {
        if (speechState === 'pending') return 'pending';
        if (!audio) return breach(`a question is ${speechState}: ${speechError}`);
        const { rows } = await doomed.query('select sha256 from audio_files where id = $1', [audio.id]);
        const served = await sha256Of(`${doomed.url}${audio.url}`, token);
        if (served !== rows[0]?.sha256) return breach(`its sound is not what was stored: ${served}`);
      }
      return 'holds';
    },
  });
  await doomed.until('listening', async () => (await list()).every(({ speechState }) => speechState !== 'pending'));
};

export const evaluating: Scenario = async (doomed) => {
  const begun = await interview(doomed, 2);
  if (!begun) return;
  const { guest, sessionId, questionIds } = begun;
  for (const questionId of questionIds) if (!(await type(doomed, guest, questionId))) return;
  const run = () => guest.viva.evaluation.run.mutate({ sessionId });
  const told = await doomed.attempt('evaluating', run);
  let again = false;
  doomed.claims.push({
    what: `the evaluation of ${sessionId}${told ? '' : ', not acknowledged'}`,
    async look() {
      const report = await guest.viva.evaluation.get.query({ sessionId });
      if (report.state === 'running') return 'pending';
      if (report.state === 'none' && !told && !again) {
        // It never began: whoever asked for it asks again.
        again = true;
        await run();
        return 'pending';
      }
      const whole = report.state === 'complete' && report.evaluations.length === questionIds.length;
      if (!whole) return breach(`it is ${report.state}: ${JSON.stringify(report.failures)}`);
      const same = !told || told.averageScore === report.averageScore;
      return same ? 'holds' : breach(`the score was ${told.averageScore} and is ${report.averageScore}`);
    },
  });
};

export const deleting: Scenario = async (doomed) => {
  const begun = await interview(doomed, 1);
  if (!begun) return;
  const { guest, sessionId, firstId } = begun;
  const answerId = await record(doomed, guest, firstId, { claimed: false });
  if (answerId) await doomed.until('reading a transcript', () => transcribed(guest, answerId));
  if (doomed.dying) return;
  const remove = () => guest.viva.sessions.delete.mutate({ sessionId });
  let removed = (await doomed.attempt('deleting a session', remove)) !== null;
  doomed.claims.push({
    what: `the deletion of ${sessionId}${removed ? '' : ', not acknowledged'}`,
    async look() {
      const { rows } = await doomed.query<{ left: string }>(
        `select (select count(*) from sessions where id = $1) + (select count(*) from questions where session_id = $1)
          + (select count(*) from audio_files where user_id = $2 and $3) as left`,
        // Of a deletion that was cut off after its commit, reconciliation removes the sound.
        [sessionId, guest.userId, removed],
      );
      if (Number(rows[0]?.left) === 0) return 'holds';
      if (removed) return breach(`${rows[0]?.left} rows are still there`);
      await remove();
      removed = true;
      return 'pending';
    },
  });
};
