using Newtonsoft.Json.Linq;

namespace SwarmPS.Planning;

/// <summary>A field of a spec that changes.</summary>
/// <param name="Field">Its path, by the Engine API's names: <c>TaskTemplate.ContainerSpec.Image</c>.</param>
/// <param name="Old">What stands there; null where nothing does. Of a list, the entries that go.</param>
/// <param name="New">What will stand there; null where nothing will. Of a list, the entries that come.</param>
public sealed record FieldChange(string Field, JToken? Old, JToken? New);
