import { testUnreadEnd } from "./unread_ends.ts";

testUnreadEnd("that it was started with");
testUnreadEnd("of a stream that does not block (needs python3)");
