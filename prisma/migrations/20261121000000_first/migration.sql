-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "user_kind" AS ENUM ('guest', 'registered', 'external');

-- CreateEnum
CREATE TYPE "difficulty" AS ENUM ('easy', 'medium', 'hard');

-- CreateEnum
CREATE TYPE "session_state" AS ENUM ('active', 'ended');

-- CreateEnum
CREATE TYPE "evaluation_state" AS ENUM ('none', 'running', 'partial', 'complete');

-- CreateEnum
CREATE TYPE "question_category" AS ENUM ('behavioral', 'technical', 'situational', 'experience', 'motivation');

-- CreateEnum
CREATE TYPE "speech_state" AS ENUM ('pending', 'ready', 'failed');

-- CreateEnum
CREATE TYPE "answer_kind" AS ENUM ('spoken', 'typed');

-- CreateEnum
CREATE TYPE "transcript_state" AS ENUM ('pending', 'done', 'no_speech', 'failed');

-- CreateEnum
CREATE TYPE "audio_kind" AS ENUM ('question', 'answer', 'reply');

-- CreateEnum
CREATE TYPE "message_role" AS ENUM ('interviewer', 'candidate', 'system');

-- CreateEnum
CREATE TYPE "evaluation_outcome" AS ENUM ('done', 'failed');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "kind" "user_kind" NOT NULL,
    "email" TEXT,
    "password_hash" TEXT,
    "name" TEXT,
    "issuer" TEXT,
    "subject" TEXT,
    "consented_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "logins" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "previous_token_hash" TEXT,
    "rotated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "logins_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cvs" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "sha256" TEXT NOT NULL,
    "file_name" TEXT,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cvs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "cv_id" UUID,
    "job_description" TEXT NOT NULL,
    "difficulty" "difficulty" NOT NULL,
    "voice" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "question_count" INTEGER NOT NULL,
    "state" "session_state" NOT NULL DEFAULT 'active',
    "evaluation_state" "evaluation_state" NOT NULL DEFAULT 'none',
    "evaluation_lease_until" TIMESTAMPTZ(3),
    "average_score" DOUBLE PRECISION,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "questions" (
    "id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "category" "question_category" NOT NULL,
    "difficulty" "difficulty" NOT NULL,
    "tips" TEXT NOT NULL,
    "expected_answer_focus" TEXT NOT NULL,
    "expected_signals" JSONB NOT NULL,
    "speech_state" "speech_state" NOT NULL DEFAULT 'pending',
    "speech_error" TEXT,
    "audio_id" UUID,
    "chosen_answer_id" UUID,

    CONSTRAINT "questions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "answers" (
    "id" UUID NOT NULL,
    "question_id" UUID NOT NULL,
    "take" INTEGER NOT NULL,
    "kind" "answer_kind" NOT NULL,
    "audio_id" UUID,
    "transcript_state" "transcript_state" NOT NULL,
    "transcript" TEXT,
    "confidence" DOUBLE PRECISION,
    "words" JSONB NOT NULL DEFAULT '[]',
    "transcribed_by" TEXT,
    "failure" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "submitted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "answers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "evaluations" (
    "id" UUID NOT NULL,
    "answer_id" UUID NOT NULL,
    "outcome" "evaluation_outcome" NOT NULL,
    "failure" TEXT,
    "score" INTEGER,
    "signals" JSONB NOT NULL DEFAULT '[]',
    "concerns" JSONB NOT NULL DEFAULT '[]',
    "strengths" TEXT[],
    "weaknesses" TEXT[],
    "correct_answer" TEXT NOT NULL DEFAULT '',
    "analysis" TEXT NOT NULL DEFAULT '',
    "improvement_tips" TEXT[],
    "follow_up_questions" TEXT[],
    "model" TEXT,
    "scoring_version" TEXT,
    "prompt_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evaluations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "messages" (
    "id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "role" "message_role" NOT NULL,
    "text" TEXT NOT NULL,
    "audio_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audio_files" (
    "id" UUID NOT NULL,
    "kind" "audio_kind" NOT NULL,
    "user_id" UUID,
    "storage_key" TEXT NOT NULL,
    "mime_type" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "duration_ms" INTEGER NOT NULL,
    "speech_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audio_files_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "session_id" UUID,
    "capability" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "input_tokens" INTEGER NOT NULL DEFAULT 0,
    "output_tokens" INTEGER NOT NULL DEFAULT 0,
    "audio_ms" INTEGER NOT NULL DEFAULT 0,
    "characters" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "users_issuer_subject_key" ON "users"("issuer", "subject");

-- CreateIndex
CREATE UNIQUE INDEX "logins_token_hash_key" ON "logins"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "logins_previous_token_hash_key" ON "logins"("previous_token_hash");

-- CreateIndex
CREATE INDEX "logins_user_id_idx" ON "logins"("user_id");

-- CreateIndex
CREATE INDEX "logins_expires_at_idx" ON "logins"("expires_at");

-- CreateIndex
CREATE INDEX "cvs_user_id_id_idx" ON "cvs"("user_id", "id" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "cvs_user_id_sha256_key" ON "cvs"("user_id", "sha256");

-- CreateIndex
CREATE INDEX "sessions_user_id_id_idx" ON "sessions"("user_id", "id" DESC);

-- CreateIndex
CREATE INDEX "sessions_cv_id_idx" ON "sessions"("cv_id");

-- CreateIndex
CREATE INDEX "sessions_evaluation_state_evaluation_lease_until_idx" ON "sessions"("evaluation_state", "evaluation_lease_until");

-- CreateIndex
CREATE UNIQUE INDEX "questions_chosen_answer_id_key" ON "questions"("chosen_answer_id");

-- CreateIndex
CREATE INDEX "questions_audio_id_idx" ON "questions"("audio_id");

-- CreateIndex
CREATE INDEX "questions_speech_state_idx" ON "questions"("speech_state");

-- CreateIndex
CREATE UNIQUE INDEX "questions_session_id_position_key" ON "questions"("session_id", "position");

-- CreateIndex
CREATE UNIQUE INDEX "answers_audio_id_key" ON "answers"("audio_id");

-- CreateIndex
CREATE INDEX "answers_transcript_state_lease_until_idx" ON "answers"("transcript_state", "lease_until");

-- CreateIndex
CREATE UNIQUE INDEX "answers_question_id_take_key" ON "answers"("question_id", "take");

-- CreateIndex
CREATE UNIQUE INDEX "evaluations_answer_id_key" ON "evaluations"("answer_id");

-- CreateIndex
CREATE UNIQUE INDEX "messages_audio_id_key" ON "messages"("audio_id");

-- CreateIndex
CREATE INDEX "messages_session_id_id_idx" ON "messages"("session_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "audio_files_storage_key_key" ON "audio_files"("storage_key");

-- CreateIndex
CREATE UNIQUE INDEX "audio_files_speech_hash_key" ON "audio_files"("speech_hash");

-- CreateIndex
CREATE INDEX "audio_files_user_id_id_idx" ON "audio_files"("user_id", "id" DESC);

-- CreateIndex
CREATE INDEX "audio_files_kind_created_at_idx" ON "audio_files"("kind", "created_at");

-- CreateIndex
CREATE INDEX "usage_user_id_created_at_idx" ON "usage"("user_id", "created_at");

-- CreateIndex
CREATE INDEX "usage_session_id_idx" ON "usage"("session_id");

-- AddForeignKey
ALTER TABLE "logins" ADD CONSTRAINT "logins_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "cvs" ADD CONSTRAINT "cvs_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_cv_id_fkey" FOREIGN KEY ("cv_id") REFERENCES "cvs"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "questions" ADD CONSTRAINT "questions_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "questions" ADD CONSTRAINT "questions_audio_id_fkey" FOREIGN KEY ("audio_id") REFERENCES "audio_files"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "questions" ADD CONSTRAINT "questions_chosen_answer_id_fkey" FOREIGN KEY ("chosen_answer_id") REFERENCES "answers"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "answers" ADD CONSTRAINT "answers_question_id_fkey" FOREIGN KEY ("question_id") REFERENCES "questions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "answers" ADD CONSTRAINT "answers_audio_id_fkey" FOREIGN KEY ("audio_id") REFERENCES "audio_files"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_answer_id_fkey" FOREIGN KEY ("answer_id") REFERENCES "answers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_audio_id_fkey" FOREIGN KEY ("audio_id") REFERENCES "audio_files"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audio_files" ADD CONSTRAINT "audio_files_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage" ADD CONSTRAINT "usage_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "usage" ADD CONSTRAINT "usage_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE SET NULL ON UPDATE CASCADE;
