using System.Management.Automation;
using SwarmPS.Cmdlets.Pipeline;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets.Swarm;

/// <summary>What is said of a node that joins.</summary>
public abstract class JoiningCmdlet : SwarmCmdlet
{
    /// <summary>What is used where no address to listen at is named.</summary>
    private protected const string ListenAddressDefault = "0.0.0.0:2377";

    /// <summary>Whether tasks may be placed on the node.</summary>
    /// <value><c>Active</c></value>
    [Parameter]
    public NodeAvailability? Availability { get; set; }
}
