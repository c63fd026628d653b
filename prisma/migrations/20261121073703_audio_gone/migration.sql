-- AlterTable
ALTER TABLE "audio_files" ADD COLUMN     "gone_at" TIMESTAMPTZ(3);
