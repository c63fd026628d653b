import { useState } from 'react';
import { DemoNotice, useIsAsking } from '../../components/demo-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { Loading } from '../../components/loading.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { useUploads } from '../../recording/recordings-context.ts';
import { useUnsent } from '../../recording/use-unsent.ts';
import { Link } from '../../router/link.tsx';
import { navigate } from '../../router/location.ts';
import type { PageProps } from '../../router/routes.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { useQuestions } from '../start/use-questions.ts';
import { AnswerPanel } from './answer-panel.tsx';
import { QuestionSteps } from './question-steps.tsx';
import { SpokenLanguage } from './spoken-language.tsx';
import { SpokenQuestion } from './spoken-question.tsx';
import { interviewStrings } from './strings.ts';
import { Takes } from './takes.tsx';
import { useAnswers } from './use-answers.ts';
import { WayOn } from './way-on.tsx';
import './interview.css';

const askedFor = () => new URLSearchParams(location.search).get('question');

/** One question at a time: hear it, answer it aloud or in writing, go on. */
export function InterviewPage({ id }: PageProps) {
  const t = useStrings(interviewStrings);
  const { session, error } = useQuestions(id);
  const answers = useAnswers(id);
  const uploads = useUploads();
  const { unsent, refresh } = useUnsent(id);
  const [chosen, setChosen] = useState(askedFor);
  const [moved, setMoved] = useState(false);
  const asking = useIsAsking();

  const failed = answers.error ?? (session.data ? null : error);
  if (!session.data || !answers.data || asking) {
    const retry = () => void Promise.all([session.refetch(), answers.refetch()]);
    return (
      <Page title={t.title}>
        {/* What surrounds the question looks the same before it is there: nothing jumps when it comes. */}
        <div className="interview">
          {failed ? <ErrorNotice title={t.couldNotLoad} error={failed} onRetry={retry} /> : <Loading />}
        </div>
      </Page>
    );
  }
  const { questions, state } = session.data;
  if (state === 'ended') {
    return (
      <Page title={t.title}>
        <Notice title={t.ended} actions={<Link to={`/results/${id}`}>{t.toResults}</Link>}>
          <p>{t.endedText}</p>
        </Notice>
      </Page>
    );
  }

  const sending = uploads.filter(({ recording }) => recording.sessionId === id);
  const isAnswered = (questionId: string) =>
    answers.data.some((answer) => answer.questionId === questionId) ||
    sending.some(({ recording, status }) => recording.questionId === questionId && status !== 'refused');
  const firstOpen = questions.find((question) => !isAnswered(question.id));
  const question = questions.find((one) => one.id === chosen) ?? firstOpen ?? questions[0];
  if (!question) return <Page title={t.title} />;

  const go = (questionId: string) => {
    setChosen(questionId);
    setMoved(true);
    navigate(`/interview/${id}?question=${questionId}`, { replace: true });
  };
  const number = questions.indexOf(question) + 1;
  const takes = answers.data.filter((answer) => answer.questionId === question.id);
  // What one has begun to look at stays, also once it is answered.
  if (chosen !== question.id) setChosen(question.id);

  return (
    <Page title={t.position(number, questions.length)}>
      <SpokenLanguage value={session.data.language}>
        <div className="interview">
          <QuestionSteps
            questions={questions}
            current={question.id}
            isAnswered={isAnswered}
            unsent={unsent}
            onGo={go}
          />
          {error !== null && <ErrorNotice error={error} />}
          {answers.data.length === 0 && number === 1 && <DemoNotice brief />}
          {session.data.followsSessionId && (
            <p className="quiet">
              <Link to={`/results/${session.data.followsSessionId}`}>{t.followsUp}</Link>
            </p>
          )}
          <SpokenQuestion key={question.id} question={question} number={number} focus={moved} />
          <AnswerPanel
            key={`answer-${question.id}`}
            question={question}
            takes={takes.length}
            uploads={sending.filter(({ recording }) => recording.questionId === question.id)}
            unsent={unsent.filter((recording) => recording.questionId === question.id)}
            onChange={refresh}
          />
          <Takes answers={takes} />
          <WayOn
            sessionId={id}
            questions={questions}
            current={number - 1}
            isAnswered={isAnswered}
            sending={sending.some(({ status }) => status !== 'refused')}
            unsent={unsent}
            onGo={go}
          />
        </div>
      </SpokenLanguage>
    </Page>
  );
}
