export function mockApi() { return { name: "troupe-mock-api" }; }
