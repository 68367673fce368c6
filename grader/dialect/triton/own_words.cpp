#include "grader/dialect/triton/own_words.h"

#include <array>
#include <regex>
#include <string_view>

namespace tritutor {
namespace {

using Words = std::pair<std::string_view, std::string_view>;

constexpr std::array words{
    // Where results are wrong or missing.
    Words{"Which thread should write them: is there one in the grid, and what keeps it from the store?",
          "Which program should store them: is there one in the grid, and does the mask let them through?"},
    Words{"Does any thread reach the store, and is it this buffer that it stores to?",
          "Does the mask let any element through, and is it this tensor that is stored to?"},
    Words{"They were stored, with wrong values: what is different for the threads from there on?",
          "They were stored, with wrong values: what is different for the programs, or the mask, from there on?"},
    Words{"What do the first block or the first threads do that the others do not?",
          "What does the first program do that the others do not?"},
    Words{"Look at what selects the row: the block index, a stride, or state left over from the row before.",
          "Look at what selects the row: tl.program_id, a stride, or what is left over from the row before."},
    Words{"Look at the row inside the tile: threadIdx.y, and the loop that copies a tile.",
          "Look at the row inside the tile: its tl.arange, and the stride it is multiplied by."},
    Words{"Look at the column inside the tile: threadIdx.x, and the tile's padding.",
          "Look at the column inside the tile: its tl.arange, and the mask."},
    Words{"Look at a stride of two, or at two elements a thread of which one is handled.", "Look at a stride of two."},
    Words{"The period is that of a block, a warp or a thread's share: which of its members do the work?",
          "The period is that of a program's BLOCK, or of a row: which elements of it are handled?"},
    Words{"One stretch only: which block or thread owns it, and does another one write there too?",
          "One stretch only: which program owns it, and does another one store there too?"},
    Words{"Just as many were as a block has threads, and the plan asks for",
          "Just as many were as one program's BLOCK has elements, and the grid has"},
    Words{" blocks: they all store to the same places. Does blockIdx take part in the index?",
          " programs: they all store to the same places. Does tl.program_id take part in the offsets?"},
    Words{"What is loaded is counted from the start of the block, and should be from the start of the vector.",
          "The offsets of the load are counted from the start of the program's BLOCK, and should be from the start of "
          "the vector: tl.program_id(0) * BLOCK is missing."},
    Words{"of the tile's two indices follows threadIdx.x at the store?",
          "of the tile's two axes is which at the store?"},
    Words{"the diagonal belongs: how do blockIdx.x and .y enter the store?",
          "the diagonal belongs: how do tl.program_id(0) and (1) enter the store?"},
    Words{"a starting value, or what a masked thread brings along, has won.",
          "a starting value, or the `other` of a masked load, has won."},
    Words{"A warp's sum is not yet that of its block.", "A part's sum is not yet that of the row."},
    Words{"A warp's sum or maximum is not yet that of its block.",
          "A part's sum or maximum is not yet that of the row."},
    Words{"it was made by one warp alone.", "it was made of them alone."},
    Words{"what divides them was made by one warp alone.", "what divides them was made of them alone."},
    Words{"the generator is to be the place in the vector, not in the block.",
          "the generator is to be the place in the vector, not in the program's BLOCK."},
    // Races.
    Words{"nothing that orders the blocks", "nothing that orders the programs"},
    Words{"the same thread of each block writes the same element: does the index leave out blockIdx?",
          "every program stores to the same element: do the offsets leave out tl.program_id?"},
    Words{"several blocks write the same element: is the index meant to differ, or an atomic needed?",
          "several programs store to the same element: is the mask missing, or are the offsets meant to differ?"},
    Words{"blocks run in any order: use a second step of the launch, or an atomic",
          "programs run in any order: use a second launch, or an atomic"},
    Words{"several threads write the same element: is the index meant to differ, or an atomic needed?",
          "a program stores to one element more than once: are its offsets meant to differ, or is it a reduction?"},
    Words{"is a __syncthreads() missing between the two?",
          "nothing orders a program's store and a load of the same memory: is a tl.debug_barrier() missing between "
          "them?"},
    Words{"threads of a warp do not run in lockstep: is a __syncwarp() missing between the two?",
          "nothing orders a program's store and a load of the same memory: is a tl.debug_barrier() missing between "
          "them?"},
    Words{"several blocks", "several programs"},
    Words{"__syncthreads()", "tl.debug_barrier()"},
    Words{"does the loop's condition change in every iteration, and for every thread?",
          "does the loop's condition change in every iteration?"},
    Words{"does the thread that it waits for get there, and does it write what the loop reads?",
          "does the program that it waits for get there, and does it store what the loop loads?"},
    Words{"does the grid hold many more blocks than the problem needs, or each thread do the work of all?",
          "does the grid hold many more programs than the problem needs, or each program do the work of all?"},
    Words{"blocks that wait for each other must all be on the device",
          "programs that wait for each other must all be on the device"},
    Words{"Is it exp2f in place of expf?", "Is it tl.exp2 in place of tl.exp?"},
    // What costs time.
    Words{"let threadIdx.x run along the elements that lie next to each other",
          "let the last axis of the tile run along the elements that lie next to each other (stride 1)"},
    Words{
        "make blocks of a multiple of 32 threads, and let neighbouring threads take the same way through ifs and loops",
        "take a BLOCK that keeps all of them busy, or fewer warps (num_warps)"},
    Words{"pad the rows by one element, or let lanes walk along a row",
          "the layout that the compiler chose is not the loads': try another shape of tile, or num_warps"},
    Words{"the others start, find nothing to do and end: ask for as many blocks as the sizes need, cdiv(n, BLOCK)",
          "the others start, find nothing to do and end: ask for as many programs as the sizes need, "
          "triton.cdiv(n, BLOCK)"},
    Words{"let each do its own part, from i = blockIdx.x * blockDim.x + threadIdx.x on",
          "let each program do its own part, from tl.program_id(0) * BLOCK on"},
    // The sizes of a GPU.
    Words{"or a loop in which each block goes on (i += gridDim.x * blockDim.x). Is the number of blocks capped in "
          "launch()?",
          "or a loop in which each program goes on (step tl.num_programs(0) * BLOCK). Is the number of programs "
          "capped?"},
    Words{"are written by more than one block", "are written by more than one program"},
    Words{"a block number kept in 16 bits", "a program's number kept in 16 bits"},
    Words{"such blocks are enough", "such programs are enough"},
    Words{"Does the result hang on which thread comes first?", "Does the result hang on which program comes first?"},
};

void replace(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::span<const Words> triton_words() { return words; }

std::string in_triton_words(std::string text) {
  for (const auto& [from, to] : words) replace(text, from, to);
  // The merged module's names for one kernel's specialisations; and a grid, counted.
  static const std::regex number(R"((\w)\$\d+\b)");
  static const std::regex grid(R"((\d+) block(s?) of \d+ threads, and a block writes)");
  static const std::regex block(R"(\bblock (\d+) of the grid)");
  text = std::regex_replace(text, number, "$1");
  text = std::regex_replace(text, grid, "$1 program$2, and a program writes");
  return std::regex_replace(text, block, "program $1");
}

}  // namespace tritutor
