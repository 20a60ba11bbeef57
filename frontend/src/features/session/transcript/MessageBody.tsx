import { MarkdownView } from "@/components/MarkdownView";
import { type ChatMessage, messageText } from "@/run-model";

import classes from "./transcript.module.css";

const IMAGES = /^image\/(png|jpeg|gif|webp)$/;

/** A message's words, and the pictures that stand in it: their bytes are in the log, nothing is fetched. */
export function MessageBody({ message }: { message: ChatMessage }) {
  if (message.type !== "MultiModalMessage") return <MarkdownView text={messageText(message, true)} />;
  return (
    <>
      {message.content.map((part, index) => {
        if (typeof part === "string") return <MarkdownView key={index} text={part} />;
        const media = part.media_type ?? "image/png";
        if (!IMAGES.test(media)) return <p key={index} className={classes.quiet}>(a picture of the kind {media}, not shown)</p>;
        return <img key={index} className={classes.picture} src={`data:${media};base64,${part.data}`} alt={`Picture ${index + 1} of the message of ${message.source}`} />;
      })}
    </>
  );
}
