-- CreateEnum
CREATE TYPE "turn_state" AS ENUM ('running', 'ended', 'failed', 'interrupted');

-- CreateEnum
CREATE TYPE "assistant_role" AS ENUM ('user', 'assistant');

-- AlterTable
ALTER TABLE "sessions" ADD COLUMN     "interview_state" JSONB;

-- AlterTable
ALTER TABLE "messages" ADD COLUMN     "audio_partial" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "heard_text" TEXT,
ADD COLUMN     "pieces" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "question_id" UUID,
ADD COLUMN     "turn_id" UUID;

-- CreateTable
CREATE TABLE "turns" (
    "id" UUID NOT NULL,
    "session_id" UUID NOT NULL,
    "state" "turn_state" NOT NULL DEFAULT 'running',
    "lease_until" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "turns_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "turn_events" (
    "session_id" UUID NOT NULL,
    "id" BIGINT NOT NULL,
    "turn_id" UUID NOT NULL,
    "event" JSONB NOT NULL,

    CONSTRAINT "turn_events_pkey" PRIMARY KEY ("session_id","id")
);

-- CreateTable
CREATE TABLE "assistant_messages" (
    "id" UUID NOT NULL,
    "owner" TEXT NOT NULL,
    "role" "assistant_role" NOT NULL,
    "text" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "assistant_messages_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "turns_session_id_id_idx" ON "turns"("session_id", "id");

-- CreateIndex
CREATE INDEX "turns_state_lease_until_idx" ON "turns"("state", "lease_until");

-- CreateIndex
CREATE INDEX "turn_events_turn_id_idx" ON "turn_events"("turn_id");

-- CreateIndex
CREATE INDEX "assistant_messages_owner_id_idx" ON "assistant_messages"("owner", "id");

-- CreateIndex
CREATE INDEX "messages_turn_id_idx" ON "messages"("turn_id");

-- CreateIndex
CREATE INDEX "messages_question_id_idx" ON "messages"("question_id");

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_turn_id_fkey" FOREIGN KEY ("turn_id") REFERENCES "turns"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "messages" ADD CONSTRAINT "messages_question_id_fkey" FOREIGN KEY ("question_id") REFERENCES "questions"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "turns" ADD CONSTRAINT "turns_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "sessions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "turn_events" ADD CONSTRAINT "turn_events_turn_id_fkey" FOREIGN KEY ("turn_id") REFERENCES "turns"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Two turns of one session can never run at once. Prisma's schema has no partial indexes.
CREATE UNIQUE INDEX "turns_one_running" ON "turns"("session_id") WHERE "state" = 'running';
