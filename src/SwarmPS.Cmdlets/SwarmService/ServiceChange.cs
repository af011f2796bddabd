using SwarmPS.Api;
using SwarmPS.Model;

namespace SwarmPS.Cmdlets;

/// <summary>Reads a service, changes its spec and posts it; once more from the start where someone else was quicker.</summary>
internal sealed class ServiceChange(SwarmClient swarm, Func<ServiceSpec, ServiceSpec> change, Action<string> warn)
{
    private const int Attempts = 5;

    /// <summary>Makes the change. False where it changes nothing.</summary>
    public async Task<bool> MakeAsync(Service service, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            var wanted = change(service.Spec);
            if (wanted == service.Spec)
                return false;
            try
            {
                var answer = await swarm.UpdateServiceAsync(service.Id, service.Version.Index, wanted, stop).ConfigureAwait(true);
                foreach (var warning in answer.Warnings.OrEmpty())
                    warn(warning);
                return true;
            }
            catch (SwarmApiException stale) when (stale.IsOutOfSequence && attempt < Attempts)
            {
                service = await swarm.GetServiceAsync(service.Id, stop).ConfigureAwait(true);
            }
        }
    }
}
