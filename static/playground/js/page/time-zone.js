// Tells the server the reader's time zone, in a cookie that is set anew every day. Loaded where it is missing.

const DAY = 86400;
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
const secure = location.protocol === "https:" ? "; Secure" : "";
document.cookie = `timezone=${timeZone}; Path=/; Max-Age=${DAY}; SameSite=Lax${secure}`;
