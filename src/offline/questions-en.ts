import type { QuestionBook } from './question-book.ts';

export const questionsEn: QuestionBook = {
  role: (title) => (title ? `the role of ${title}` : 'this role'),
  anySkill: 'the main tools of this job',
  templates: {
    experience: [
      {
        ask: 'Please walk me through your background and how it prepared you for {role}.',
        focus: 'A short, ordered account that ends at this job',
      },
      {
        ask: 'Your CV mentions “{project}”. What was your own part in it, and how did it turn out?',
        focus: 'Own contribution and outcome of a project on the CV',
      },
      {
        ask: 'The job description asks for “{duty}”. When have you done something like it?',
        focus: 'A comparable task, done personally',
      },
      {
        ask: 'What did you take away from your time at {employer} that would help you in {role}?',
        focus: 'Lessons that carry over to this job',
      },
      {
        ask: 'Which piece of work are you proudest of, and what exactly did you contribute?',
        focus: 'Own contribution and its effect',
      },
      {
        ask: 'Describe the project closest to what {role} asks for. How big was it, and what was your part?',
        focus: 'Scale, own part and result of a comparable project',
      },
      {
        ask: 'What have you learned in the last year that makes you better at this work?',
        focus: 'Recent learning, put to use',
      },
    ],
    behavioral: [
      {
        ask: 'Tell me about a time you disagreed with a colleague about how to do something. How did you settle it?',
        focus: 'Handling disagreement with respect and facts',
      },
      {
        ask: 'Tell me about a time something you were responsible for went wrong. What did you do?',
        focus: 'Ownership of a failure and what followed',
      },
      {
        ask: 'Describe a time you had to explain something complicated to someone outside your field.',
        focus: 'Clear communication, adapted to the listener',
      },
      {
        ask: 'Tell me about a deadline you were not sure you could meet. What happened?',
        focus: 'Planning, priorities and honest communication under pressure',
      },
      {
        ask: 'Describe a time you improved the way your team worked without being asked to.',
        focus: 'Initiative and its effect on the team',
      },
      {
        ask: 'What is the hardest feedback you have received at work, and what did you change because of it?',
        focus: 'Openness to feedback and a visible change',
      },
    ],
    technical: [
      {
        ask: 'How have you used {skill} in your work, and what did you find hard about it?',
        focus: 'Hands-on knowledge of {skill}',
      },
      {
        ask: 'Imagine you had to introduce {skill} to a team that has never used it. Where would you start?',
        focus: 'Understanding {skill} well enough to teach it',
      },
      {
        ask: 'What mistakes do people often make with {skill}, and how do you avoid them?',
        focus: 'Practical judgement about {skill}',
      },
      {
        ask: 'How do you make sure that your work with {skill} is correct and stays that way?',
        focus: 'Checking and maintaining quality with {skill}',
      },
      {
        ask: 'Tell me about a decision you made that involved {skill}. Which alternatives did you weigh?',
        focus: 'Reasoned choices involving {skill}',
      },
      {
        ask: 'A piece of work built on {skill} is much slower than it should be. How do you find out why?',
        focus: 'Methodical investigation',
      },
      {
        ask: 'How do you keep your knowledge of {skill} up to date, and what changed your mind recently?',
        focus: 'Continuous learning about {skill}',
      },
    ],
    situational: [
      {
        ask: 'In your first week in {role} you find that nobody can tell you what matters most. What do you do?',
        focus: 'Finding priorities without guidance',
      },
      {
        ask: 'Two people you report to want different things by tomorrow, and you can only do one. How do you proceed?',
        focus: 'Setting priorities and communicating them',
      },
      {
        ask: 'You notice that a colleague’s work has a serious flaw just before it is delivered. What do you do?',
        focus: 'Speaking up constructively, with the result in mind',
      },
      {
        ask: 'A customer is angry about something that was not your fault. How do you respond?',
        focus: 'Calm, responsibility and a solution',
      },
      {
        ask: 'You are asked to take on “{duty}” with half the time you would need. How do you decide what to leave out?',
        focus: 'Trade-offs made openly',
      },
      {
        ask: 'You have to decide something today, and half of the information is missing. How do you go about it?',
        focus: 'Deciding under uncertainty',
      },
    ],
    motivation: [
      { ask: 'What draws you to {role}, and why now?', focus: 'Specific reasons tied to this job' },
      {
        ask: 'What kind of work gives you energy, and where do you see it in this job?',
        focus: 'Self-knowledge and fit',
      },
      {
        ask: 'Where would you like to have made a difference after your first year in {role}?',
        focus: 'Concrete, realistic ambition',
      },
    ],
  },
  easier: {
    behavioral: 'A small example is fine.',
    technical: 'Start with the basics.',
    situational: 'Just describe your first steps.',
    experience: 'Two or three sentences are enough to begin with.',
    motivation: 'There is no wrong answer here.',
  },
  harder: {
    behavioral: 'What evidence did you act on, and what would you do differently today?',
    technical: 'Where does that approach break down, and how would you prove it?',
    situational: 'What would make you change course, and whom would you disappoint?',
    experience: 'Put numbers on it, and tell me what you would not do again.',
    motivation: 'What would make you leave again within a year?',
  },
  tips: {
    behavioral: 'Tell one real situation: what it was, what you had to do, what you did, what came of it.',
    technical: 'Name a concrete case, the alternatives you saw, and how you knew that it worked.',
    situational: 'Say what you would find out first, then decide, then say whom you would tell.',
    experience: 'Stay with your own part and finish with a result that can be measured.',
    motivation: 'Tie your reasons to something in this job description and something in your past.',
  },
  signals: {
    behavioral: [
      'Describes one specific situation with an example from own experience',
      'Says which actions the candidate took personally',
      'Names a result or measurable outcome',
      'Shows what was learned or would be done differently',
      'Explains how colleagues or stakeholders were involved',
    ],
    technical: [
      'Shows hands-on experience with {skill} in a concrete project',
      'Weighs alternatives or trade-offs and gives reasons',
      'Names a result or measurable outcome',
      'Explains how the work was tested, monitored or verified',
      'Names limits or risks of the approach',
    ],
    situational: [
      'Says which steps the candidate would take personally',
      'Sets priorities and gives reasons for them',
      'Communicates with the team or stakeholders',
      'Backs the plan with an example from own experience',
      'Names risks and a way back',
    ],
    experience: [
      'Describes a specific project or situation from own experience',
      'Says which actions the candidate took personally',
      'Names a result or measurable outcome',
      'Connects the experience to the job',
      'Shows what was learned or would be done differently',
    ],
    motivation: [
      'Gives a motivation that is specific to this job or company',
      'Connects the motivation to an example from own experience',
      'Names goals for the time in the job',
      'Shows what was learned about own strengths',
    ],
  },
};
