namespace SwarmPS.Model;

/// <summary>A node that was removed: its id is given to no one while a certificate may be about that names it.</summary>
/// <param name="Id">The node's id.</param>
/// <param name="Until">When the last certificate that it could hold has ended.</param>
public sealed record RemovedNode(string Id, Timestamp Until);
