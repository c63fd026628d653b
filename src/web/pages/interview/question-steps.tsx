import type { QuestionView } from '../../../interview/schemas.ts';
import type { UnsentRecording } from '../../recording/unsent-recording.ts';
import { useStrings } from '../../strings/strings.tsx';
import { interviewStrings } from './strings.ts';

/** Every question as a numeral, with a mark for what has become of it. */
export function QuestionSteps({
  questions,
  current,
  isAnswered,
  unsent,
  onGo,
}: {
  questions: readonly QuestionView[];
  current: string;
  isAnswered: (questionId: string) => boolean;
  unsent: readonly UnsentRecording[];
  onGo: (questionId: string) => void;
}) {
  const t = useStrings(interviewStrings);
  const stateOf = ({ id }: QuestionView) => {
    if (unsent.some(({ questionId }) => questionId === id)) return { mark: '●', words: t.unsentMark };
    return isAnswered(id) ? { mark: '✓', words: t.answered } : { mark: '', words: t.unanswered };
  };
  return (
    <nav aria-label={t.questions}>
      <ol className="steps">
        {questions.map((question, index) => {
          const { mark, words } = stateOf(question);
          return (
            <li key={question.id}>
              <button
                type="button"
                className="step"
                aria-current={question.id === current ? 'step' : undefined}
                aria-label={`${t.stepName(index + 1)}, ${words}`}
                title={words}
                onClick={() => onGo(question.id)}
              >
                {index + 1}
                <span className="step-mark" aria-hidden="true">
                  {mark}
                </span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
