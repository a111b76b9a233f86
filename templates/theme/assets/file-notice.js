// A page that is opened as a file says that the search needs a server. A plain script: browsers load no modules from files.

if (location.protocol === "file:") for (const notice of document.querySelectorAll(".fc-served")) notice.hidden = false;
