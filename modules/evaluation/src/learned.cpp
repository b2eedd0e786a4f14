#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include <lineguard/core/digest.h>
#include <lineguard/core/parallel.h>
#include <lineguard/core/words.h>
#include <lineguard/evaluation/learned.h>
#include <lineguard/package/package.h>
#include <lineguard/package/ruled_point.h>

namespace lineguard::evaluation {
namespace {

// Empty for a file that can't be read.
std::vector<std::string> digests_of(const dataset::Dataset& data, const std::vector<std::size_t>& samples) {
  std::vector<std::string> digests(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (auto digest = sha256_hex_of_file(data.samples[samples[i]].image)) digests[i] = *digest;
  }
  return digests;
}

Result<acceptance::SeenPictures> seen_by(const std::string& package, const std::string& operating_point) {
  acceptance::SeenPictures seen;
  LINEGUARD_ASSIGN(seen.digests, package::read_learned(package));
  LINEGUARD_ASSIGN(seen.described, package::read_learned_pictures(package));
  if (operating_point.empty()) return seen;
  LINEGUARD_ASSIGN(seen.chosen_on, package::read_chosen_on(package, operating_point));
  return seen;
}

Result<std::vector<package::LearnedPicture>> describe_pictures(const dataset::Dataset& data,
                                                               const std::vector<std::size_t>& samples, int threads) {
  std::vector<package::LearnedPicture> pictures(samples.size());
  LINEGUARD_TRY(parallel_for(samples.size(), threads, [&](std::size_t i) -> Result<void> {
    const dataset::Sample& sample = data.samples[samples[i]];
    if (auto picture = package::describe_picture(sample.image, sample.part)) pictures[i] = std::move(*picture);
    return {};  // one that can't be read fails when it is predicted
  }));
  return pictures;
}

// Other pictures of a part with one that is not new.
void leave_out_parts(const dataset::Dataset& data, const std::vector<std::size_t>& samples,
                     std::vector<acceptance::Overlap>& overlaps) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (overlaps[i] != acceptance::Overlap::none) seen.insert(data.samples[samples[i]].part);
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (overlaps[i] == acceptance::Overlap::none && seen.contains(data.samples[samples[i]].part))
      overlaps[i] = acceptance::Overlap::part;
  }
}

// The same picture twice is one part, and with both labels nothing can be counted on it.
Result<void> count_once(const dataset::Dataset& data, const std::vector<std::size_t>& samples,
                        const std::vector<package::LearnedPicture>& pictures,
                        std::vector<acceptance::Overlap>& overlaps) {
  std::map<std::string, std::size_t> first_with;  // by digest
  std::size_t contradictions = 0;
  std::string pair;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (overlaps[i] != acceptance::Overlap::none || pictures[i].digest.empty()) continue;
    const auto [first, is_new] = first_with.emplace(pictures[i].digest, i);
    if (is_new) continue;
    overlaps[i] = acceptance::Overlap::repeated;
    const dataset::Sample &one = data.samples[samples[first->second]], &other = data.samples[samples[i]];
    if (one.label == other.label) continue;
    if (contradictions++ == 0)
      pair = fmt::format("{} is {}, {} is {}", one.name, to_string(one.label), other.name, to_string(other.label));
  }
  if (contradictions == 0) return {};
  return make_error(
      ErrorCode::refused,
      fmt::format("{}: labels contradict each other for {} of pictures that are the same, byte for byte ({}): correct "
                  "them first, no rate can be shown on them",
                  data.root.string(), count_of(contradictions, "pair"), pair));
}

}  // namespace

Result<std::vector<LearnedPictures>> find_learned_pictures(const std::vector<std::string>& packages,
                                                           const dataset::Dataset& data,
                                                           const std::vector<std::size_t>& samples) {
  const std::vector<std::string> digests = digests_of(data, samples);
  std::vector<LearnedPictures> all;
  for (const std::string& package : packages) {
    LINEGUARD_ASSIGN(const auto learned, package::read_learned(package));
    LearnedPictures& found = all.emplace_back();
    std::string first;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (!learned.contains(digests[i])) continue;
      const dataset::Sample& sample = data.samples[samples[i]];
      if (found.count++ == 0) first = sample.name;
      found.defective += sample.label == Label::defective;
    }
    if (found.count == 0) continue;
    found.note = fmt::format("{} learned from {} of these {} pictures ({}{}): figures are too good", package,
                             found.count, samples.size(), first, found.count > 1 ? ", …" : "");
  }
  return all;
}

Result<std::string> note_of_chosen_on(const std::string& package, const std::string& operating_point,
                                      const dataset::Dataset& data, const std::vector<std::size_t>& samples) {
  LINEGUARD_ASSIGN(const auto chosen_on, package::read_chosen_on(package, operating_point));
  if (chosen_on.empty()) return std::string();
  const std::vector<std::string> digests = digests_of(data, samples);
  std::set<std::string> parts;  // another picture of a part that was chosen on is no new part
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (chosen_on.contains(digests[i])) parts.insert(data.samples[samples[i]].part);
  }
  const auto count =
      std::ranges::count_if(samples, [&](std::size_t sample) { return parts.contains(data.samples[sample].part); });
  if (count == 0) return std::string();
  return fmt::format(
      "the operating point \"{}\" was chosen on {} of these {} pictures: on them its rates hold by construction and "
      "show nothing; measure it on others",
      operating_point, count, samples.size());
}

Result<std::string> note_of_near_duplicates(const std::string& package, const dataset::Dataset& data,
                                            const std::vector<std::size_t>& samples, int threads) {
  LINEGUARD_ASSIGN(const acceptance::SeenPictures seen, seen_by(package, ""));
  if (seen.described.empty()) return std::string();
  LINEGUARD_ASSIGN(const auto pictures, describe_pictures(data, samples, threads));
  const std::size_t count = check_independence(pictures, seen).count(acceptance::Overlap::near_duplicate);
  if (count == 0) return std::string();
  return fmt::format(
      "{} of these {} pictures look just like ones that {} learned from: where they are such pictures saved anew, the "
      "figures are too good (`lineguard accept` leaves them out)",
      count, samples.size(), package);
}

Result<NewPictures> find_new_pictures(const std::string& package, const std::string& operating_point,
                                      const dataset::Dataset& data, const std::vector<std::size_t>& samples,
                                      int threads) {
  LINEGUARD_ASSIGN(const acceptance::SeenPictures seen, seen_by(package, operating_point));
  LINEGUARD_ASSIGN(const auto pictures, describe_pictures(data, samples, threads));
  NewPictures found;
  found.independence = check_independence(pictures, seen);
  leave_out_parts(data, samples, found.independence.overlaps);
  LINEGUARD_TRY(count_once(data, samples, pictures, found.independence.overlaps));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (found.independence.overlaps[i] != acceptance::Overlap::none) continue;
    found.samples.push_back(samples[i]);
    found.digests.insert(pictures[i].digest);
  }
  std::string list;
  for (const std::string& digest : found.digests) list += digest + "\n";
  found.pictures_digest = sha256_hex(list);
  return found;
}

}  // namespace lineguard::evaluation
