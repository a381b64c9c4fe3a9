// Tells the form that opened this tab which record was made, and closes the tab.
const { channel, id, label } = document.getElementById("picked").dataset;
new BroadcastChannel(channel).postMessage({ id, label });
setTimeout(() => close(), 150);
