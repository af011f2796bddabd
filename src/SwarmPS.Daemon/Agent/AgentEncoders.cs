using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>How what an agent keeps is written, besides the store's own objects.</summary>
[Encodes<NodeNetworks>]
internal sealed partial class AgentEncoders;
